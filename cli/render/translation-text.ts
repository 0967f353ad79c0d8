/** Renders the line of a detection that says how addresses are translated (RFC 2663 §4.1). */
import { explainReason } from '../../src/nat/reason.ts';
import type { Translation } from '../../src/nat/translation/translation.ts';

/** Returns text such as `NAPT: a public address is shared, by translated ports (15 of 15 mappings)`. */
export function translationText({ kind, reason, evidence }: Translation): string {
  const { publicAddresses, preservedPorts, translatedPorts } = evidence;
  switch (kind) {
    case 'none':
      return 'not translated';
    case 'static':
      return 'static: the public address leads to this host, also at ports from which it has sent nothing';
    case 'dynamic':
      return `dynamic: public addresses come from a pool, and every port is kept (${publicAddresses.length} addresses seen)`;
    case 'napt':
      return `NAPT: a public address is shared, by translated ports (${translatedPorts} of ${preservedPorts + translatedPorts} mappings)`;
    case 'undetermined':
      return `undetermined (${reason}: ${explainReason(reason)})`;
  }
}

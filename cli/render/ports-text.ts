/** Renders the line of a detection that says how the NAT assigns public ports and addresses. */
import { explainReason } from '../../src/nat/reason.ts';
import type { DetectReport, PortAssignmentReport } from '../../src/nat/report.ts';

/** Returns text such as `sequential, step 2 (from 12 mappings)`; public addresses are only mentioned if they are unusual. */
export function portsText({ allocation, pooling }: Pick<DetectReport, 'allocation' | 'pooling'>): string {
  const addresses = pooling.behavior === 'arbitrary' ? ', on any of several public addresses' : '';
  return `${allocationText(allocation)}${addresses}`;
}

function allocationText({ samples, ...pattern }: PortAssignmentReport): string {
  const evidence = ` (from ${samples.length} mappings)`;
  switch (pattern.kind) {
    case 'none':
      return 'not translated';
    case 'undetermined':
      return `undetermined (${pattern.reason}: ${explainReason(pattern.reason)})`;
    case 'sequential':
      return `sequential, step ${pattern.step}${evidence}`;
    case 'range':
      return `any port from about ${pattern.range.first} to ${pattern.range.last}${evidence}`;
    case 'preserved':
      return `preserved, the same as on this machine${evidence}`;
    case 'random':
      return `random${evidence}`;
  }
}

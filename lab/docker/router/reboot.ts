/** A router that reboots, as shell commands: for a while it passes nothing, and then it has its rules, and nothing else. */
import { blocked, unblocked } from './link-faults.ts';
import { removeTable } from './remove-table.ts';
import type { RouterRules } from './rules.ts';

/** Long enough for whoever counts on an answer every few hundred milliseconds to notice. */
const OUTAGE_S = 1;

const OUTAGE_TABLE = 'inet reboot';

/**
 * The rules are loaded anew, so that counted ports begin where they did; what is learned and tracked is lost. What is not the
 * router's own stays: its addresses, what is lost or cut on its link, what the lab counts there.
 * @param families of connection tracking.
 */
export function rebootCommand({ iptables, nft }: RouterRules, families: readonly string[]): string {
  return [
    blocked(OUTAGE_TABLE),
    `nft -f - <<'RULES'\n${[...tablesIn(nft).map(removeTable), nft].join('\n')}\nRULES`,
    `iptables-restore <<'RULES'\n${iptables}RULES`,
    ...families.map((family) => `conntrack -F -f ${family}`),
    `sleep ${OUTAGE_S}`,
    unblocked(OUTAGE_TABLE),
  ].join('\n');
}

/** The names of the tables that a text for `nft -f` makes. */
function tablesIn(nft: string): readonly string[] {
  return [...nft.matchAll(/^table (\w+ \w+) \{/gm)].map(([, name = '']) => name);
}

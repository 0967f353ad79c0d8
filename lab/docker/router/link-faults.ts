/** What happens to the link of a router: it carries nothing for a while, or it has another public address. Shell commands. */
import { removeTable } from './remove-table.ts';

/**
 * Drops whatever the router would forward over its public link. Its addresses, routes and mappings stay.
 * @param table that does it, of the family `inet`: as long as there is one, nothing passes.
 */
export function blocked(table: string): string {
  return `nft -f - <<'RULES'
${removeTable(table)}
table ${table} {
  chain forward {
    type filter hook forward priority raw;
    iifname "wan" drop
    oifname "wan" drop
  }
}
RULES`;
}

/** Ends what that table does. Has no effect where it is not there. */
export function unblocked(table: string): string {
  return `nft -f - <<'RULES'\n${removeTable(table)}\nRULES`;
}

const CUT_TABLE = 'inet cut';

export const CUT = blocked(CUT_TABLE);

export const RESTORE = unblocked(CUT_TABLE);

/** From one public address to another, in one family. */
export interface Renumbering {
  readonly family: 'ip' | 'ip6';
  readonly from: string;
  readonly to: string;
}

const RENUMBERED_TABLE = 'inet renumbered';

/**
 * Gives the router another address in place of its own: outside, each packet has the new one, and inside the router the first,
 * so that its rules, and all that they have learned, stay as they are. Who sends to the first address is not answered any more.
 */
export function renumberCommand(renumberings: readonly Renumbering[]): string {
  const rules = (rule: (one: Renumbering) => readonly string[]): readonly string[] =>
    renumberings.flatMap(rule).map((line) => `    ${line}`);
  return [
    ...renumberings.map(({ to }) => `ip addr replace ${to}/${to.includes(':') ? '128 nodad' : '32'} dev wan`),
    "nft -f - <<'RULES'",
    removeTable(RENUMBERED_TABLE),
    `table ${RENUMBERED_TABLE} {`,
    '  chain in {',
    // Before connection tracking.
    '    type filter hook prerouting priority raw - 10;',
    ...rules(({ family, from, to }) => [
      `${family} daddr ${from} drop`,
      `${family} daddr ${to} ${family} daddr set ${from}`,
    ]),
    '  }',
    '  chain out {',
    // After all translation.
    '    type filter hook postrouting priority srcnat + 20;',
    ...rules(({ family, from, to }) => [`${family} saddr ${from} ${family} saddr set ${to}`]),
    '  }',
    '}',
    'RULES',
  ].join('\n');
}

/** Has no effect on a router that has its own address. */
export function renumberBackCommand(renumberings: readonly Renumbering[]): string {
  return [
    `nft -f - <<'RULES'\n${removeTable(RENUMBERED_TABLE)}\nRULES`,
    ...renumberings.map(({ to }) => `ip addr del ${to}/${to.includes(':') ? '128' : '32'} dev wan 2>/dev/null || true`),
  ].join('\n');
}

/**
 * What each router of the lab counts, by its own rules: the bytes that it has sent toward each public address, and those from
 * each public address that it has let through to its clients. Exact at any rate, and for both families.
 */
import type { LabContainer } from '../container/container.ts';

/** Bytes of packets, with their IP headers, by remote address. */
export interface RouterCounts {
  readonly sent: ReadonlyMap<string, number>;
  readonly received: ReadonlyMap<string, number>;
}

const TABLE = 'inet witness';
const SETS = ['sent4', 'sent6', 'received4', 'received6'] as const;

/**
 * After the source translation, so that it is seen what was really sent; the packets of a public address come to the clients
 * under that address.
 */
const RULES = `
table ${TABLE} {
  set sent4 { type ipv4_addr; flags dynamic; counter; size 65535; }
  set sent6 { type ipv6_addr; flags dynamic; counter; size 65535; }
  set received4 { type ipv4_addr; flags dynamic; counter; size 65535; }
  set received6 { type ipv6_addr; flags dynamic; counter; size 65535; }
  chain count {
    type filter hook postrouting priority srcnat + 10;
    oifname "wan" add @sent4 { ip daddr }
    oifname "wan" add @sent6 { ip6 daddr }
    oifname "lan" add @received4 { ip saddr }
    oifname "lan" add @received6 { ip6 saddr }
  }
}
`;

/** From now on the router counts, from zero. @throws Error when it cannot. */
export async function startCounting(router: LabContainer): Promise<void> {
  await output(router, `nft -f - <<'RULES'\ntable ${TABLE}\ndelete table ${TABLE}\n${RULES}RULES`);
}

/** @throws Error when the router does not count. */
export async function readCounts(router: LabContainer): Promise<RouterCounts> {
  const listed = JSON.parse(await output(router, `nft -j list table ${TABLE}`)) as {
    readonly nftables: readonly unknown[];
  };
  const byName = new Map(listed.nftables.flatMap(countsOfSet));
  const both = (name: 'sent' | 'received'): ReadonlyMap<string, number> =>
    new Map([...(byName.get(`${name}4`) ?? []), ...(byName.get(`${name}6`) ?? [])]);
  return { sent: both('sent'), received: both('received') };
}

interface ListedSet {
  readonly set?: {
    readonly name: (typeof SETS)[number];
    readonly elem?: readonly {
      readonly elem: { readonly val: string; readonly counter: { readonly bytes: number } };
    }[];
  };
}

function countsOfSet(listed: unknown): readonly (readonly [string, readonly (readonly [string, number])[]])[] {
  const { set } = listed as ListedSet;
  if (set === undefined) return [];
  return [[set.name, (set.elem ?? []).map(({ elem }) => [elem.val, elem.counter.bytes] as const)]];
}

async function output(router: LabContainer, script: string): Promise<string> {
  const { stdout, stderr, exitCode } = await router.exec(['sh', '-c', script]);
  if (exitCode !== 0) throw new Error(`${router.name} does not count: ${stderr.trim()}`);
  return stdout;
}

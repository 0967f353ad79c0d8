/**
 * What each router of the lab counts, by its own rules: the bytes that it has sent toward each public address, and those from
 * each public address that it has let through to its clients. Exact at any rate, and for both families.
 */
import { withoutNat64 } from '../../witness/capture/nat64.ts';
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

/** Has the router count, if it does not yet, and then prints what it has counted. */
const COUNT = `nft list table ${TABLE} >/dev/null 2>&1 || nft -f - <<'RULES'\n${RULES}RULES\nnft -j list table ${TABLE}`;

/**
 * What the router has counted so far; it begins with the first call.
 * @param then what the router's shell does next, in the same step.
 * @throws Error when it cannot count.
 */
export async function readCounts(router: LabContainer, then = 'true'): Promise<RouterCounts> {
  const { stdout, stderr, exitCode } = await router.exec(['bash', '-c', `set -e\n${COUNT}\n${then}`]);
  if (exitCode !== 0) throw new Error(`${router.name} does not count: ${stderr.trim()}`);
  const listed = JSON.parse(stdout) as { readonly nftables: readonly unknown[] };
  const byName = new Map(listed.nftables.flatMap(countsOfSet));
  const both = (name: 'sent' | 'received'): ReadonlyMap<string, number> => {
    const all = [...(byName.get(`${name}4`) ?? []), ...(byName.get(`${name}6`) ?? [])];
    const sums = new Map<string, number>();
    for (const [address, bytes] of all) sums.set(address, (sums.get(address) ?? 0) + bytes);
    return sums;
  };
  return { sent: both('sent'), received: both('received') };
}

/** What was counted in between; all of it if the router has begun anew meanwhile. */
export function countedSince(before: RouterCounts, { sent, received }: RouterCounts): RouterCounts {
  return { sent: difference(before.sent, sent), received: difference(before.received, received) };
}

function difference(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  return new Map(
    [...after].map(([address, bytes]) => {
      const earlier = before.get(address) ?? 0;
      return [address, bytes < earlier ? bytes : bytes - earlier] as const;
    }),
  );
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
  return [[set.name, (set.elem ?? []).map(({ elem }) => [withoutNat64(elem.val), elem.counter.bytes] as const)]];
}

/** Which addresses of a host with several interfaces, or both families, a punch uses beside the first socket's. */
import type { NetworkInterfaceInfo } from 'node:os';
import { scopeOf } from '../../address-scope.ts';
import { canonicalAddress, type Family, familyOf } from '../../endpoint.ts';

/** More would only add checks: Wi-Fi, a cable, a phone, a VPN. */
const OTHERS_MAX = 4;
/** The interfaces of VPNs have no hardware address. */
const NO_MAC = '00:00:00:00:00:00';

type Interfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;

/**
 * Returns one address for each further interface and family, those of the first socket's interface first. None where the first
 * socket is on a loopback interface, since its server is on this host; and none where it is on that of a VPN: whoever has one
 * before everything does not want peers to learn what is behind it (RFC 8828 §5.2).
 *
 * @param options.preferred addresses that the system itself would send from, where an interface has several.
 */
export function otherAddresses(
  interfaces: Interfaces,
  {
    first,
    preferred,
    family,
  }: {
    readonly first: string;
    readonly preferred: readonly string[];
    /** The only one wanted. */
    readonly family?: Family | undefined;
  },
): readonly string[] {
  const all = entriesOf(interfaces);
  const own = all.find(({ address }) => address === first);
  if (!own || own.isInternal || own.isVpn) return [];
  const taken = new Set([slotOf(own)]);
  const isUsable = (one: Entry): boolean =>
    !one.isInternal && (one.family === family || !family) && ['global', 'private'].includes(scopeOf(one.address));
  const usable = all.filter(isUsable);
  const rankOf = (one: Entry): number =>
    (one.name === own.name ? 0 : 4) +
    (preferred.includes(one.address) ? 0 : 2) +
    (scopeOf(one.address) === 'global' ? 0 : 1);
  return usable
    .toSorted((one, other) => rankOf(one) - rankOf(other))
    .filter((one) => !taken.has(slotOf(one)) && taken.add(slotOf(one)))
    .slice(0, OTHERS_MAX)
    .map(({ address }) => address);
}

/** Whether the first socket is on the interface of a VPN and the address is not: then peers are not told of it. */
export function isBesideTunnel(
  interfaces: Interfaces,
  { first, address }: { readonly first: string; readonly address: string },
): boolean {
  const all = entriesOf(interfaces);
  const isOnTunnel = (text: string): boolean => all.some((one) => one.address === text && one.isVpn);
  return isOnTunnel(first) && !isOnTunnel(address);
}

function entriesOf(interfaces: Interfaces): readonly Entry[] {
  return Object.entries(interfaces).flatMap(([name, infos = []]) => infos.map((info) => entryOf(name, info)));
}

interface Entry {
  readonly name: string;
  readonly address: string;
  readonly family: Family;
  readonly isInternal: boolean;
  readonly isVpn: boolean;
}

function entryOf(name: string, { address: text, internal: isInternal, mac }: NetworkInterfaceInfo): Entry {
  const address = canonicalAddress(text);
  return { name, address, family: familyOf(address), isInternal, isVpn: !isInternal && mac === NO_MAC };
}

/** An interface has one address of a family. */
function slotOf({ name, family }: Entry): string {
  return `${name} ${family}`;
}

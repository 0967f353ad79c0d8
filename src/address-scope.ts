/** How far an IP address reaches: what decides whether a stranger's word may make this host send there. */
import ipaddr from 'ipaddr.js';

export type AddressScope =
  /** Any other; addresses for documentation (RFC 5737, RFC 3849), which labs use, among them. */
  | 'global'
  /** RFC 1918, RFC 6598, RFC 4193: a network of its own, which may be another one than this host's. */
  | 'private'
  | 'loopback'
  | 'link-local'
  | 'multicast'
  | 'broadcast'
  | 'unspecified';

const SCOPE_OF_RANGE: Readonly<Record<string, AddressScope>> = {
  private: 'private',
  carrierGradeNat: 'private',
  uniqueLocal: 'private',
  loopback: 'loopback',
  linkLocal: 'link-local',
  multicast: 'multicast',
  broadcast: 'broadcast',
  unspecified: 'unspecified',
};

/** RFC 6052 §2.1 and RFC 4291 §2.5.5.1: the last 32 bits are an IPv4 address. */
const IPV4_IN_IPV6 = ['64:ff9b::/96', '::/96'].map((one) => ipaddr.IPv6.parseCIDR(one));
/** RFC 1122 §3.2.1.3: this network; systems take it for this host. */
const THIS_NETWORK = ipaddr.IPv4.parseCIDR('0.0.0.0/8');

/**
 * An IPv4 address that is written as IPv6 (mapped, compatible, NAT64, 6to4) has the scope of the IPv4 address, except `::`
 * and `::1`.
 * @throws Error when it is no IP address.
 */
export function scopeOf(address: string): AddressScope {
  const parsed = ipaddr.parse(address);
  if (parsed instanceof ipaddr.IPv4) return scopeOfIpv4(parsed);
  const own = SCOPE_OF_RANGE[parsed.range()];
  if (own) return own;
  const inner = embedded(parsed);
  return inner ? scopeOfIpv4(inner) : 'global';
}

/**
 * Whether somebody at an address of scope `from` may have this host send to one of scope `to`. A global address is named by
 * anybody; a closer one only by somebody who is as close; a group, or no host at all, by nobody.
 */
export function mayName(from: AddressScope, to: AddressScope): boolean {
  switch (to) {
    case 'global':
      return true;
    case 'private':
    case 'loopback':
    case 'link-local':
      return from === to;
    case 'multicast':
    case 'broadcast':
    case 'unspecified':
      return false;
  }
}

function scopeOfIpv4(address: ipaddr.IPv4): AddressScope {
  return address.match(THIS_NETWORK) ? 'unspecified' : (SCOPE_OF_RANGE[address.range()] ?? 'global');
}

function embedded(address: ipaddr.IPv6): ipaddr.IPv4 | null {
  const bytes = address.toByteArray();
  if (address.isIPv4MappedAddress() || IPV4_IN_IPV6.some((one) => address.match(one))) {
    return new ipaddr.IPv4(bytes.slice(12));
  }
  // RFC 3056 §2: 2002:V4ADDR::/48.
  return address.range() === '6to4' ? new ipaddr.IPv4(bytes.slice(2, 6)) : null;
}

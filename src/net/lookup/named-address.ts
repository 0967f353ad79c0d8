/** Whether a server that names another one may have this host connect there (docs/rendezvous.md, TURN servers). */
import { type AddressScope, mayName, scopeOf } from '../../address-scope.ts';
import { canonicalAddress, familyOf } from '../../endpoint.ts';
import { hostAddresses } from '../host/interfaces.ts';

/**
 * Null when all addresses may be connected to; otherwise a clause about the first that may not.
 * @param options.host as it was named: a name, or the address itself.
 * @param options.namedBy the IP address of who named it.
 */
export function refusalOf(
  addresses: readonly string[],
  { host, namedBy }: { readonly host: string; readonly namedBy: string },
): string | null {
  const thisHost = new Set(hostAddresses());
  /** What is bound to an address of this host is reached from here like loopback, past a firewall. */
  const reachOf = (address: string): AddressScope => (thisHost.has(address) ? 'loopback' : scopeOf(address));
  const by = reachOf(canonicalAddress(namedBy));
  const refused = addresses.find((address) => !mayName(by, reachOf(address)));
  if (refused === undefined) return null;
  const scope = scopeOf(refused);
  const what = thisHost.has(refused) && scope !== 'loopback' ? 'an address of this host' : inWords(scope);
  return addresses.length === 1 && isSame(refused, host) ? what : `which is at ${refused}, ${what}`;
}

function isSame(address: string, host: string): boolean {
  return address === host || (familyOf(host) === 'IPv6' && address === canonicalAddress(host));
}

function inWords(scope: AddressScope): string {
  return `${scope === 'unspecified' ? 'an' : 'a'} ${scope} address`;
}

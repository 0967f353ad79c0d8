/** The addresses from which this host reaches the Internet, which a server uses when it is given none. */
import { localAddressToward } from '../../src/net/udp-socket.ts';

/** Addresses set aside for documentation (RFC 5737 §3, RFC 3849), so that only a default route leads to them. */
const BEYOND_DEFAULT_ROUTE = ['203.0.113.1', '2001:db8::1'] as const;
/** The Discard port (RFC 863); any port would do, since nothing is sent. */
const PORT = 9;

/** Finds one address for IPv4 and one for IPv6, in this order, each only where the host has a default route for it. */
export async function defaultAddresses(): Promise<readonly string[]> {
  const found = await Promise.allSettled(
    BEYOND_DEFAULT_ROUTE.map((address) => localAddressToward({ address, port: PORT })),
  );
  return found.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
}

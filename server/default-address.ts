/** The addresses from which this host reaches the Internet: what a server uses that was told none. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/**
 * Addresses set aside for documentation (RFC 5737 §3, RFC 3849), so that only a default route leads to them. Connecting
 * a UDP socket chooses the source address and sends nothing.
 */
const BEYOND_DEFAULT_ROUTE = { udp4: '203.0.113.1', udp6: '2001:db8::1' } as const;
/** Discard (RFC 863); any port would do. */
const PORT = 9;

/** One address for IPv4 and one for IPv6, in this order, each only where the host has a default route for it. */
export async function defaultAddresses(): Promise<readonly string[]> {
  const found = await Promise.all([sourceAddress('udp4'), sourceAddress('udp6')]);
  return found.filter((address) => address !== null);
}

async function sourceAddress(type: keyof typeof BEYOND_DEFAULT_ROUTE): Promise<string | null> {
  const socket = createSocket(type);
  try {
    const connected = once(socket, 'connect');
    socket.connect(PORT, BEYOND_DEFAULT_ROUTE[type]);
    await connected;
    return socket.address().address;
  } catch {
    // No route, or no such family on this host.
    return null;
  } finally {
    socket.close();
  }
}

/**
 * Sockets at the other addresses of this host. They have no ticket: the server is asked by plain Bindings what it sees of
 * each, now and then, which also keeps the mappings of their NATs.
 */
import { randomBytes } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import { type Endpoint, type Family, familyOf, sameEndpoint } from '../../endpoint.ts';
import { startDriver } from '../../net/driver.ts';
import { type SharedSocket, shareSocket } from '../../net/shared-socket.ts';
import { localAddressToward, type OpenSocket, openUdpSocket, type UdpSocket } from '../../net/udp-socket.ts';
import { pause } from '../../net/waits.ts';
import { createBindingSession } from '../../stun/binding.ts';
import { otherAddresses } from './other-addresses.ts';

/** RFC 8445 §11. */
const KEEPALIVE_MS = 15_000;
/** Any public address will do, since nothing is sent there (RFC 3849): the system tells what it would send from. */
const SOMEWHERE_IPV6: Endpoint = { address: '2001:db8::1', port: 9 };

export interface OtherSocket {
  /** The agent's name for it. */
  readonly name: string;
  readonly socket: UdpSocket;
  readonly shared: SharedSocket;
  /** Where the server sees it; null while that is not known. */
  seen: Endpoint | null;
}

/** Opens a socket at each other address of this host, of the wanted family; those that the system refuses are left out. */
export async function openOtherSockets({
  first,
  family,
  openSocket = openUdpSocket,
}: {
  readonly first: Endpoint;
  readonly family?: Family | undefined;
  readonly openSocket?: OpenSocket | undefined;
}): Promise<readonly OtherSocket[]> {
  const toward6 = await localAddressToward(SOMEWHERE_IPV6).catch(() => null);
  const preferred = toward6 === null ? [] : [toward6];
  const addresses = otherAddresses(networkInterfaces(), { first: first.address, preferred, family });
  const opened = await Promise.all(addresses.map((address) => openSocket({ address, port: 0 }).catch(() => null)));
  return opened.flatMap((socket, index) =>
    socket ? [{ name: `other ${index + 1}`, socket, shared: shareSocket(socket), seen: null }] : [],
  );
}

/** Asks the server again and again what it sees of the socket, until the signal aborts; `onSeen` is called for what is new. */
export async function watchOther(
  other: OtherSocket,
  {
    server: serverNow,
    signal,
    onSeen,
  }: { readonly server: () => Endpoint; readonly signal: AbortSignal; readonly onSeen: () => void },
): Promise<void> {
  if (familyOf(serverNow().address) !== familyOf(other.shared.local.address)) return;
  while (!signal.aborted) {
    const server = serverNow();
    await using socket = other.shared.share((_bytes, from) => sameEndpoint(from, server));
    const session = createBindingSession({ server, socket: other.name, randomBytes });
    const seen = await startDriver({ session, sockets: { [other.name]: socket }, signal }).result;
    if (seen && !(other.seen && sameEndpoint(other.seen, seen))) {
      other.seen = seen;
      onSeen();
    }
    await pause(KEEPALIVE_MS, signal);
  }
}

/**
 * A STUN server on loopback that is a round trip away, behind a firewall that lets in what comes from where a client has sent to: its client
 * has to tell silence from loss, as behind most NATs.
 */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { endpointsOf, type Layout } from '../../server/stun/decisions/layout.ts';
import { respond } from '../../server/stun/decisions/responder.ts';
import { type Endpoint, formatEndpoint } from '../../src/endpoint.ts';
import { now } from '../../src/net/driver.ts';

/** Listens at the endpoints of the layout; each answer leaves after `roundTripMs`. */
export async function startDelayedStun(layout: Layout, roundTripMs: number): Promise<AsyncDisposable> {
  const opened = new Set<string>();
  const sockets = new Map<string, Socket>();
  const answer = (local: Endpoint, datagram: Uint8Array, { address, port }: RemoteInfo): void => {
    const remote = { address, port };
    opened.add(pathOf(remote, local));
    const reply = respond(now(), layout, { datagram, local, remote });
    if (reply.kind === 'drop' || !opened.has(pathOf(reply.to, reply.from))) return;
    const { from, to, bytes } = reply;
    setTimeout(() => sockets.get(formatEndpoint(from))?.send(bytes, to.port, to.address), roundTripMs);
  };
  for (const local of endpointsOf(layout)) {
    const socket = createSocket('udp4').bind(local.port, local.address);
    await once(socket, 'listening');
    socket.on('message', (datagram, remote) => answer(local, datagram, remote));
    sockets.set(formatEndpoint(local), socket);
  }
  return {
    async [Symbol.asyncDispose]() {
      for (const socket of sockets.values()) socket.close();
      sockets.clear();
    },
  };
}

function pathOf(client: Endpoint, server: Endpoint): string {
  return `${formatEndpoint(client)} ${formatEndpoint(server)}`;
}

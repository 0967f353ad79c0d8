/** A whole server with a relay on loopback, its metrics, and a peer to relay to. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import {
  type NatcheckServer,
  type RelayServerOptions,
  type ServerOptions,
  startServer,
} from '../../../server/index.ts';
import type { Endpoint } from '../../../src/endpoint.ts';
import { USER } from './requests.ts';
import { HOST } from './turn-client.ts';

export const USERS = [{ name: USER.username, password: USER.password }];

export function startRelayServer(relay: RelayServerOptions = {}, more: Partial<ServerOptions> = {}) {
  return startServer({
    ip: [HOST],
    ...{ port: 0, altPort: 0, httpPort: 0 },
    relay: { users: USERS, allowPrivate: true, turnsPort: 0, ...relay },
    ...more,
  });
}

export const portOf = (server: NatcheckServer): number => server.layouts[0]?.port ?? 0;

/** The value of one line of /metrics. */
export async function metric(server: NatcheckServer, line: string): Promise<number> {
  const address = server.addresses[0]?.address ?? HOST;
  const text = await (await fetch(`http://${address}:${server.httpPort}/metrics`)).text();
  const found = text.split('\n').find((one) => one.startsWith(`${line} `));
  return Number(found?.slice(line.length));
}

/** A peer that answers everything with its own name and what it heard. */
export async function openPeer(): Promise<Socket & { readonly at: Endpoint }> {
  const socket = createSocket('udp4');
  socket.bind(0, HOST);
  await once(socket, 'listening');
  socket.on('message', (bytes, { address, port }) => socket.send(`echo ${bytes}`, port, address));
  return Object.assign(socket, { at: { address: HOST, port: socket.address().port } });
}

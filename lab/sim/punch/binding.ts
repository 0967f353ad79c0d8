/** Finds out how a STUN server sees one simulated socket, by a single Binding transaction on virtual time. */
import { type Endpoint, formatEndpoint } from '../../../src/endpoint.ts';
import { createBindingSession } from '../../../src/stun/binding.ts';
import { driveSession } from '../network/driver.ts';
import type { UdpSocket } from '../network/host.ts';
import type { Random } from '../network/random.ts';
import type { Run } from '../network/run-session.ts';
import type { World } from '../network/world.ts';

/** The socket's name in the session. */
const SOCKET = 'binding';

export interface SimBinding extends Run<Endpoint | 'silent'> {
  readonly receive: (from: Endpoint, bytes: Uint8Array) => void;
}

/** Sends at once; the result is the reflexive endpoint, or `silent` when no request was answered. */
export function startBinding(
  world: World,
  { socket, server, random }: { readonly socket: UdpSocket; readonly server: Endpoint; readonly random: Random },
): SimBinding {
  let outcome: { readonly result: Endpoint | 'silent'; readonly at: number } | null = null;
  const driver = driveSession(world, {
    session: createBindingSession({ server, socket: SOCKET, randomBytes: random.bytes }),
    host: { name: formatEndpoint(socket.local), connect: () => {} },
    sockets: new Map([[SOCKET, socket]]),
    onDone: (result, at) => {
      outcome = { result: result ?? 'silent', at };
    },
  });
  driver.wake();
  return { outcome: () => outcome, receive: (from, bytes) => void driver.receive(SOCKET, from, bytes) };
}

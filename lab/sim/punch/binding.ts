/** Finds out how a STUN server sees one simulated socket, by a single Binding transaction on virtual time. */
import { type Endpoint, formatEndpoint } from '../../../src/endpoint.ts';
import type { Output, Session } from '../../../src/session.ts';
import { createBinding, reflexiveEndpoint } from '../../../src/stun/binding.ts';
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
    session: bindingSession({ server, random }),
    host: { name: formatEndpoint(socket.local), connect: () => {} },
    sockets: new Map([[SOCKET, socket]]),
    onDone: (result, at) => {
      outcome = { result, at };
    },
  });
  driver.wake();
  return { outcome: () => outcome, receive: (from, bytes) => void driver.receive(SOCKET, from, bytes) };
}

function bindingSession({
  server,
  random,
}: {
  readonly server: Endpoint;
  readonly random: Random;
}): Session<Endpoint | 'silent'> {
  const binding = createBinding({ server, randomBytes: random.bytes });
  let mapped: Endpoint | null = null;
  return {
    handleDatagram: (now, arrival) => {
      mapped ??= reflexiveEndpoint(binding.receive(now, arrival));
    },
    // A socket without a route to the server is treated like one that gets no answer.
    handleSendFailure: () => {},
    handleTimeout: () => {},
    poll: (now): Output<Endpoint | 'silent'> => {
      if (mapped) return { kind: 'done', result: mapped };
      const step = binding.next(now);
      switch (step.kind) {
        case 'send':
          return { kind: 'transmit', socket: SOCKET, to: server, bytes: step.bytes };
        case 'wait':
          return step;
        case 'given-up':
          return { kind: 'done', result: 'silent' };
      }
    },
  };
}

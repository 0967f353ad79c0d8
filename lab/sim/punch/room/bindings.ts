/** The bindings of a simulated peer's sockets by tickets, or without a server by STUN servers of others: one for each socket at a time. */
import { type Endpoint, sameEndpoint } from '../../../../src/endpoint.ts';
import { PUNCH_SOCKET, SECOND_SOCKET } from '../../../../src/punch/attempt/candidates/candidate-agent.ts';
import type {
  BindResult,
  IntroductionInput,
  IntroductionOutput,
} from '../../../../src/rendezvous/introduction/output.ts';
import { createStunSighting } from '../../../../src/rendezvous/stun-sighting.ts';
import { createTicketBinding } from '../../../../src/rendezvous/ticket-binding.ts';
import type { Arrival } from '../../../../src/session.ts';
import { driveSession, type SimDriver } from '../../network/driver.ts';
import type { Host, UdpSocket } from '../../network/host.ts';
import type { Random } from '../../network/random.ts';
import type { World } from '../../network/world.ts';

type BindOutput = Extract<IntroductionOutput<never>, { readonly kind: 'bind' | 'bind-second' }>;
type Bound = Extract<IntroductionInput<never>, { readonly kind: 'bound' | 'second-bound' }>;

export interface BindingsOptions {
  readonly host: Host;
  readonly random: Random;
  /** Where the first socket is bound. */
  readonly server: Endpoint;
  /** The STUN servers that see the first socket where no server takes tickets; default: none. */
  readonly stun?: readonly Endpoint[] | undefined;
  /** The first socket, and the one over IPv6. */
  readonly sockets: { readonly first: UdpSocket; readonly second: UdpSocket | null };
  readonly tell: (bound: Bound) => void;
}

export interface Bindings {
  /** Binds a socket, in place of any binding of it that is under way. */
  readonly bind: (output: BindOutput) => void;
  /** Takes an answer of the server that a socket is being bound at; returns false for any other datagram. */
  readonly receive: (arrival: Arrival) => boolean;
  /** Stops all that are under way. */
  readonly stop: () => void;
}

export function createBindings(world: World, { host, random, server, stun, sockets, tell }: BindingsOptions): Bindings {
  const underWay = new Map<string, { readonly driver: SimDriver; readonly servers: readonly Endpoint[] }>();
  let isProven = false;
  const start = (
    name: string,
    to: { readonly socket: UdpSocket; readonly server: Endpoint; readonly output: BindOutput },
  ): void => {
    const { socket, output } = to;
    const { binding, ticket } = output;
    const driver = driveSession(world, {
      session: stun
        ? createStunSighting({
            servers: stun,
            isFirstProven: isProven,
            socket: PUNCH_SOCKET,
            randomBytes: random.bytes,
          })
        : createTicketBinding({ ticket, server: to.server, randomBytes: random.bytes }),
      host,
      // The session knows its one socket by this name.
      sockets: new Map([[PUNCH_SOCKET, socket]]),
      onDone: (result: BindResult) => {
        if (underWay.get(name)?.driver !== driver) return;
        underWay.delete(name);
        isProven ||= result.outcome === 'bound';
        tell({ kind: output.kind === 'bind' ? 'bound' : 'second-bound', binding, result });
      },
    });
    underWay.set(name, { driver, servers: stun ?? [to.server] });
    world.clock.schedule(world.clock.now(), () => driver.wake());
  };
  return {
    bind: (output) => {
      const { first, second } = sockets;
      if (output.kind === 'bind') start(PUNCH_SOCKET, { socket: first, server, output });
      else if (second) start(SECOND_SOCKET, { socket: second, server: output.server, output });
      else {
        const result = { outcome: 'not-sent', detail: 'EADDRNOTAVAIL' } as const;
        const { binding } = output;
        world.clock.schedule(world.clock.now(), () => tell({ kind: 'second-bound', binding, result }));
      }
    },
    receive: ({ socket, from, bytes }) => {
      const binding = underWay.get(socket);
      if (!binding?.servers.some((server) => sameEndpoint(from, server))) return false;
      binding.driver.receive(PUNCH_SOCKET, from, bytes);
      return true;
    },
    stop: () => underWay.clear(),
  };
}

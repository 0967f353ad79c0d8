/**
 * A TURN server in the simulated network, over UDP: natcheck's relay on the sockets of one host, for the sessions of the
 * rendezvous alone. It has no streams, and nothing limits how many errors a client may cause.
 */
import { accountOf } from '../../../server/turn/decisions/access/users.ts';
import type { FiveTuple } from '../../../server/turn/decisions/five-tuple.ts';
import type { TurnServerInput, TurnServerOutput } from '../../../server/turn/decisions/input-output.ts';
import { TICK_MS } from '../../../server/turn/decisions/limits.ts';
import { createRelay, type Relay } from '../../../server/turn/decisions/relay.ts';
import type { TurnServer } from '../../../src/rendezvous/protocol/fields.ts';
import { timeLimitedCredentials } from '../../../src/turn/credentials.ts';
import type { Host, UdpSocket } from '../network/host.ts';
import type { Random } from '../network/random.ts';
import type { World } from '../network/world.ts';

/** An address of TEST-NET-3 (RFC 5737), and the port of TURN (RFC 8656 §20). */
export const TURN_ENDPOINT = { address: '203.0.113.12', port: 3478 } as const;
/** The dynamic ports, as `natcheck serve` takes them by default. */
const RELAYED_PORTS = { first: 49_152, last: 65_535 } as const;
/** How long the credentials are good, as those of `natcheck serve`. */
const CREDENTIALS_S = 3600;
const SECRET_BYTES = 32;

export interface SimTurnServer {
  /** Names the server to a session of the rendezvous, with credentials for that user. */
  readonly turnFor: (user: string) => readonly TurnServer[];
  /** Ends the process without telling anybody: every allocation is gone. */
  readonly stop: () => void;
}

export interface SimTurnServerOptions {
  /** A host at TURN_ENDPOINT, which has nothing else there. */
  readonly host: Host;
  readonly random: Random;
  /** Whether the session of the rendezvous that has this TURN user is there. */
  readonly isAttended: (user: string) => boolean;
}

interface State {
  readonly world: World;
  readonly host: Host;
  readonly relay: Relay;
  readonly socket: UdpSocket;
  /** The relayed sockets by the number of their allocation. */
  readonly relayed: Map<number, UdpSocket>;
  isStopped: boolean;
}

/** Starts the server. What was named by one that ran before is worth nothing here. */
export function startTurnServer(world: World, { host, random, isAttended }: SimTurnServerOptions): SimTurnServer {
  const secret = Buffer.from(random.bytes(SECRET_BYTES)).toString('base64url');
  const unixS = (): number => world.clock.now() / 1000;
  const directory = { users: [], secret: null, sessionSecret: { current: secret }, isAttended };
  const relay = createRelay({
    addresses: { IPv4: TURN_ENDPOINT.address },
    ports: RELAYED_PORTS,
    policy: { allowPrivate: false },
    host: { addresses: host.addresses, networks: [] },
    realm: 'natcheck',
    accountOf: (username) => accountOf(unixS(), directory, username),
    isAttended,
    mayRefuse: () => true,
    randomBytes: random.bytes,
  });
  const socket = host.open((remote, bytes) => {
    const fiveTuple: FiveTuple = { transport: 'udp', via: 0, remote };
    handle(state, { kind: 'message', fiveTuple, bytes });
  }, TURN_ENDPOINT);
  const state: State = { world, host, relay, socket, relayed: new Map(), isStopped: false };
  scheduleTick(state);
  return {
    turnFor: (user) => {
      const credentials = timeLimitedCredentials({ secret, user, expiresAtS: unixS() + CREDENTIALS_S });
      const { address, port } = TURN_ENDPOINT;
      return [{ urls: [`turn:${address}:${port}?transport=udp`], ...credentials, expiresInMs: CREDENTIALS_S * 1000 }];
    },
    stop: () => {
      state.isStopped = true;
      for (const one of [socket, ...state.relayed.values()]) one.close();
    },
  };
}

function scheduleTick(state: State): void {
  const { clock } = state.world;
  clock.schedule(clock.now() + TICK_MS, () => {
    if (state.isStopped) return;
    handle(state, { kind: 'tick' });
    scheduleTick(state);
  });
}

function handle(state: State, input: TurnServerInput): void {
  if (state.isStopped) return;
  for (const output of state.relay.handle(state.world.clock.now(), input)) obey(state, output);
}

function obey(state: State, output: TurnServerOutput): void {
  const { socket, relayed, host } = state;
  switch (output.kind) {
    case 'reply':
      socket.send(output.fiveTuple.remote, output.bytes);
      break;
    case 'relay':
      relayed.get(output.allocation)?.send(output.to, output.bytes);
      break;
    case 'open-relay': {
      // The relay itself sees to it that no two allocations have one port, and the host has no other sockets there.
      const { allocation, at } = output;
      const receive: Parameters<Host['open']>[0] = (from, bytes) =>
        handle(state, { kind: 'from-peer', allocation, from, bytes });
      relayed.set(allocation, host.open(receive, at));
      handle(state, { kind: 'opened', allocation });
      break;
    }
    case 'close-relay':
      relayed.get(output.allocation)?.close();
      relayed.delete(output.allocation);
      break;
  }
}

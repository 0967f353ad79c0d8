/**
 * natcheck's server as peers meet on it, in the simulated network: the STUN responder that takes tickets, and the
 * rendezvous. What WebSockets carry comes whole and in order, each message after a time of its own, and takes no part in
 * the simulated network but that. With `relay` there is a TURN server beside it, which lives and dies with it.
 */

import type { RendezvousOutput } from '../../../server/rendezvous/decisions/input-output.ts';
import { TICK_MS } from '../../../server/rendezvous/decisions/limits.ts';
import {
  createRendezvous,
  type Rendezvous,
  type RendezvousOptions,
} from '../../../server/rendezvous/decisions/rendezvous.ts';
import { respond } from '../../../server/stun/decisions/responder.ts';
import { createTicketDesk, type TicketDesk } from '../../../server/stun/decisions/ticket-desk.ts';
import { createTicketIssuer, createTicketReader } from '../../../server/stun/ticket/tickets.ts';
import type { ClientMessage } from '../../../src/rendezvous/protocol/client-message.ts';
import type { TurnServer } from '../../../src/rendezvous/protocol/fields.ts';
import type { ServerMessage } from '../../../src/rendezvous/protocol/server-message.ts';
import { createHost, type Host } from '../network/host.ts';
import type { World } from '../network/world.ts';
import { addStunServer, LAB_LAYOUT, LAB_LAYOUT_IPV6 } from './stun-server.ts';
import { type SimTurnServer, startTurnServer, TURN_ENDPOINT } from './turn-server.ts';

const SECRET_BYTES = 32;

/** What a client's connection is told. */
export interface ConnectionHandlers {
  readonly onMessage: (message: ServerMessage) => void;
  /** Once: the connection has ended, and not by the client. */
  readonly onClose: (code: number, reason: string) => void;
}

export interface SimConnection {
  readonly send: (message: ClientMessage) => void;
  /** Ends it without a word, as a lost network does: the server hears of it, the client does not. */
  readonly drop: () => void;
}

export interface RendezvousServer {
  readonly kind: 'server';
  /** Null while the server is down. `delayMs` gives the way of each message, one way. */
  readonly connect: (
    client: { readonly source: string; readonly delayMs: () => number } & ConnectionHandlers,
  ) => SimConnection | null;
  /** Cuts every connection from that source: both ends hear of it. */
  readonly cut: (source: string) => void;
  /** Ends the server, and starts another one in its place after `downMs`, which knows nothing of the first. */
  readonly restart: (downMs: number) => void;
  readonly population: Rendezvous['population'];
}

export interface RendezvousServerOptions {
  readonly limits?: RendezvousOptions['limits'];
  /** Whether it names a TURN server to who joins; default: false. */
  readonly relay?: boolean;
  /** How long its TURN server, which it names from the start, answers nothing; default: 0. */
  readonly relayAfterMs?: number;
  /** Whether it is reached over IPv6 as well; default: false. */
  readonly ipv6?: boolean;
}

interface Client extends ConnectionHandlers {
  readonly source: string;
  readonly delayMs: () => number;
  /** When the last message arrives: none overtakes another. */
  lastAt: { up: number; down: number };
}

interface State {
  readonly world: World;
  readonly limits: RendezvousOptions['limits'];
  readonly stun: RendezvousOptions['stun'];
  /** Null while it is down. */
  rendezvous: Rendezvous | null;
  desk: TicketDesk | null;
  /** The host of the TURN server; null where there is to be none. */
  readonly turnHost: Host | null;
  turn: SimTurnServer | null;
  readonly clients: Map<number, Client>;
  connections: number;
  generation: number;
}

export function addRendezvousServer(
  world: World,
  { limits, relay = false, relayAfterMs = 0, ipv6 = false }: RendezvousServerOptions = {},
): RendezvousServer {
  const turnHost = relay ? createHost(world, { name: 'relay', addresses: [TURN_ENDPOINT.address] }) : null;
  if (relayAfterMs > 0) {
    turnHost?.cutLink();
    world.clock.schedule(world.clock.now() + relayAfterMs, () => turnHost?.restoreLink());
  }
  const state: State = {
    ...{ world, limits, stun: stunOf(ipv6), turnHost, rendezvous: null, desk: null, turn: null },
    ...{ clients: new Map(), connections: 0, generation: 0 },
  };
  start(state);
  addStunServer(world, {
    ...(ipv6 && { ipv6: LAB_LAYOUT_IPV6 }),
    respond: (now, layout, arrival) => {
      const answer = respond(now, layout, { ...arrival, ...(state.desk && { desk: state.desk }) });
      if (answer.kind === 'reply' && answer.bound) handle(state, { kind: 'bound', ...answer.bound });
      return state.rendezvous ? answer : { kind: 'drop', why: 'malformed' };
    },
  });
  scheduleTick(state);
  return {
    kind: 'server',
    connect: (client) => (state.rendezvous ? open(state, client) : null),
    cut: (source) => {
      for (const [connection, client] of state.clients) if (client.source === source) cutOne(state, connection);
    },
    restart: (downMs) => {
      for (const connection of [...state.clients.keys()]) cutOne(state, connection);
      state.turn?.stop();
      Object.assign(state, { rendezvous: null, desk: null, turn: null });
      const generation = ++state.generation;
      world.clock.schedule(world.clock.now() + downMs, () => {
        if (generation === state.generation) start(state);
      });
    },
    population: () => state.rendezvous?.population() ?? { connections: 0, peers: 0, rooms: 0 },
  };
}

/** What clients are told of it, with an address of each family where it has both. */
function stunOf(ipv6: boolean): RendezvousOptions['stun'] {
  const { port, altPort, addresses } = LAB_LAYOUT;
  return { port, altPort, ...(ipv6 && { addresses: [addresses[0], LAB_LAYOUT_IPV6.addresses[0]] }) };
}

function start(state: State): void {
  const { world, limits, stun, turnHost, generation } = state;
  const { bytes: randomBytes } = world.random.fork(`rendezvous ${generation}`);
  const turnFor = (user: string): readonly TurnServer[] => state.turn?.turnFor(user) ?? [];
  const tickets = { secret: randomBytes(SECRET_BYTES), unixMs: (now: number): number => now };
  const issueTicket = createTicketIssuer({ ...tickets, node: generation, randomBytes });
  const rendezvous = createRendezvous({ stun, limits, randomBytes, issueTicket, turnFor });
  state.rendezvous = rendezvous;
  const turn = { random: world.random.fork(`turn ${generation}`), isAttended: rendezvous.hasTurnUser };
  state.turn = turnHost && startTurnServer(world, { host: turnHost, ...turn });
  state.desk = createTicketDesk({ ...tickets, passwordOf: createTicketReader(tickets) });
}

function scheduleTick(state: State): void {
  const { clock } = state.world;
  clock.schedule(clock.now() + TICK_MS, () => {
    handle(state, { kind: 'tick' });
    scheduleTick(state);
  });
}

function handle(state: State, input: Parameters<Rendezvous['handle']>[1]): void {
  for (const output of state.rendezvous?.handle(state.world.clock.now(), input) ?? []) obey(state, output);
}

function obey(state: State, output: RendezvousOutput): void {
  // There is no other node.
  if (output.kind === 'attend' || output.kind === 'chosen') return;
  const { connection } = output;
  const client = state.clients.get(connection);
  if (!client) return;
  switch (output.kind) {
    case 'send':
      down(state, client, () => client.onMessage(output.message));
      break;
    case 'ping':
      // The client's WebSocket answers it by itself.
      down(state, client, () =>
        up(state, client, () => handle(state, { kind: 'pong', connection, payload: output.payload })),
      );
      break;
    case 'close':
      state.clients.delete(connection);
      down(state, client, () => client.onClose(output.code, output.reason));
      break;
  }
}

function open(state: State, client: Omit<Client, 'lastAt'>): SimConnection {
  const connection = state.connections++;
  const { generation } = state;
  const opened: Client = { ...client, lastAt: { up: 0, down: 0 } };
  state.clients.set(connection, opened);
  const isThere = (): boolean => generation === state.generation && state.clients.get(connection) === opened;
  up(state, opened, () => handle(state, { kind: 'opened', connection, source: client.source }));
  return {
    send: (message) =>
      up(state, opened, () => {
        if (isThere()) handle(state, { kind: 'message', connection, text: JSON.stringify(message) });
      }),
    drop: () => {
      if (!isThere()) return;
      state.clients.delete(connection);
      handle(state, { kind: 'closed', connection });
    },
  };
}

function cutOne(state: State, connection: number): void {
  const client = state.clients.get(connection);
  state.clients.delete(connection);
  handle(state, { kind: 'closed', connection });
  if (client) down(state, client, () => client.onClose(1006, ''));
}

function up(state: State, client: Client, arrive: () => void): void {
  deliver(state, client, { way: 'up', arrive });
}

function down(state: State, client: Client, arrive: () => void): void {
  deliver(state, client, { way: 'down', arrive });
}

function deliver(
  { world: { clock } }: State,
  client: Client,
  { way, arrive }: { readonly way: 'up' | 'down'; readonly arrive: () => void },
): void {
  const at = Math.max(client.lastAt[way], clock.now() + client.delayMs());
  client.lastAt[way] = at;
  clock.schedule(at, arrive);
}

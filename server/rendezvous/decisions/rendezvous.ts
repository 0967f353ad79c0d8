/**
 * The rendezvous (docs/rendezvous.md) as a sans-IO state machine: it is told what comes in and when, and says what goes
 * out.
 */
import { sameEndpoint } from '../../../src/endpoint.ts';
import type { StunOffer, TurnServer } from '../../../src/rendezvous/protocol/fields.ts';
import type { Ticket, TicketAsked } from '../../stun/ticket/tickets.ts';
import type { ChosenRelays, RelayChoice } from '../../turn/choice/offer.ts';
import { createRendezvousCounts, type RendezvousCounts } from './counts.ts';
import type { RendezvousInput, RendezvousOutput } from './input-output.ts';
import { introduceReady } from './introduction/introduce.ts';
import { evict } from './join.ts';
import { adopt } from './kept.ts';
import { DEFAULT_LIMITS, type RendezvousLimits } from './limits.ts';
import { receive, receiveControl } from './receive.ts';
import { drainRelay, handedOut, setRelays } from './relays.ts';
import { pong } from './round-trip.ts';
import { CLOSE, forget, hangUp, send } from './say.ts';
import { enter } from './sources.ts';
import { type Connection, createConnection, type State, type TurnUsers } from './state.ts';
import { tick } from './tick.ts';
import { takeShown } from './tickets.ts';

export interface RendezvousOptions {
  readonly stun: StunOffer;
  readonly authToken?: string | undefined;
  readonly limits?: Partial<RendezvousLimits> | undefined;
  readonly randomBytes: (length: number) => Uint8Array;
  /** Makes tickets (../../stun/ticket/tickets.ts). */
  readonly issueTicket: (now: number, asked: TicketAsked) => Ticket;
  /** The TURN servers to offer to a user, by the relays that were chosen; left out, there are none. */
  readonly turnFor?: (user: string, chosen: ChosenRelays) => readonly TurnServer[];
  /** The relays to choose from. In a cluster those of the nodes come by an input. */
  readonly relays?: RelayChoice | undefined;
  /** Keeps the TURN users; left out, they are kept here. */
  readonly turnUsers?: TurnUsers | undefined;
}

const NO_RELAYS: RelayChoice = { own: null, others: [], region: null };

export interface Rendezvous {
  /** Takes an input, and gives what it leads to, in order. `now` is in ms of any one monotonic clock. */
  readonly handle: (now: number, input: RendezvousInput) => readonly RendezvousOutput[];
  /** Whether anybody is in the room, or is awaited there; or the one of that id. */
  readonly holds: (room: string, id?: string) => boolean;
  /** Whether the session that has this TURN user is there, or is kept for its owner. */
  readonly hasTurnUser: (user: string) => boolean;
  readonly counts: Readonly<RendezvousCounts>;
  readonly population: () => { readonly connections: number; readonly peers: number; readonly rooms: number };
  /** How many relays of nodes there are to hand out. */
  readonly relays: () => number;
  /** How many sources there is a record of. */
  readonly sources: () => number;
}

export function createRendezvous(options: RendezvousOptions): Rendezvous {
  const state = createState(options);
  return {
    handle: (now, input) => {
      apply(now, state, input);
      const { outputs } = state;
      state.outputs = [];
      return outputs;
    },
    holds: (room, id) => {
      const [sessions, kept] = [state.rooms.get(room)?.sessions, state.kept.get(room)];
      if (id === undefined) return sessions !== undefined || kept !== undefined;
      return (sessions?.has(id) ?? false) || (kept?.has(id) ?? false);
    },
    hasTurnUser: (user) => state.turnUsers.has(user),
    counts: state.counts,
    population: () => ({
      connections: state.connections.size,
      peers: state.sessions,
      rooms: state.rooms.size,
    }),
    relays: () => handedOut(state).length,
    sources: () => state.sources.size,
  };
}

function createState(options: RendezvousOptions): State {
  const { stun, authToken, limits, randomBytes, issueTicket, turnFor = () => [], turnUsers = new Set() } = options;
  const { own, others, region } = options.relays ?? NO_RELAYS;
  return {
    limits: { ...DEFAULT_LIMITS, ...limits },
    stun,
    authToken: authToken ?? null,
    randomBytes,
    issueTicket,
    turnFor,
    relays: own ? [{ ...own, until: Number.POSITIVE_INFINITY }] : [],
    otherRelays: others,
    ownRelay: own?.name ?? '',
    region,
    connections: new Map(),
    sources: new Map(),
    rooms: new Map(),
    kept: new Map(),
    keptRelays: new Map(),
    turnUsers,
    tickets: new Map(),
    sessions: 0,
    isDraining: false,
    counts: createRendezvousCounts(),
    outputs: [],
  };
}

function apply(now: number, state: State, input: RendezvousInput): void {
  switch (input.kind) {
    case 'opened':
      open(now, state, input);
      break;
    case 'adopt':
      adopt(now, state, input);
      break;
    case 'evict':
      evict(now, state, input.room);
      break;
    case 'tick':
      tick(now, state);
      break;
    case 'relays':
      setRelays(now, state, input.relays);
      break;
    case 'draining':
      drainRelay(now, state);
      break;
    case 'closing':
      close(now, state);
      break;
    case 'bound':
      bind(now, state, input);
      break;
    default: {
      const connection = state.connections.get(input.connection);
      // A connection that is unknown was closed by the server first.
      if (connection) applyTo(now, state, { connection, input });
    }
  }
}

function open(
  now: number,
  state: State,
  { connection: id, source, stun, near }: Extract<RendezvousInput, { readonly kind: 'opened' }>,
): void {
  const from = {
    id,
    source: enter(now, state, source),
    stun: stun ?? null,
    near: near ?? (stun ? null : state.region),
  };
  state.connections.set(id, createConnection(now, from));
}

type ConnectionInput = Extract<RendezvousInput, { readonly kind: 'message' | 'pong' | 'ping' | 'closed' }>;

function applyTo(
  now: number,
  state: State,
  { connection, input }: { readonly connection: Connection; readonly input: ConnectionInput },
): void {
  switch (input.kind) {
    case 'message':
      receive(now, state, { connection, text: input.text });
      break;
    case 'pong':
      if (!pong(now, state, { connection, payload: input.payload })) receiveControl(now, state, connection);
      else if (connection.session) introduceReady(state, connection.session);
      break;
    case 'ping':
      receiveControl(now, state, connection);
      break;
    case 'closed':
      forget(now, state, connection);
      break;
  }
}

function close(now: number, state: State): void {
  for (const connection of state.connections.values()) {
    send(state, connection, { type: 'closing' });
    hangUp(now, state, { connection, code: CLOSE.goingAway, reason: 'closing' });
  }
}

function bind(
  now: number,
  state: State,
  { ticket: username, endpoint: from }: Extract<RendezvousInput, { readonly kind: 'bound' }>,
): void {
  const ticket = takeShown(now, state, { username, from });
  // The zone of a link-local address means something on this host only (RFC 4007 §6), and no client takes it.
  const endpoint = { address: from.address.replace(/%.*$/, ''), port: from.port };
  if (!ticket) return;
  const { session, socket } = ticket;
  const known = session.endpoints.get(socket);
  if (known && sameEndpoint(known, endpoint)) return;
  session.endpoints.set(socket, endpoint);
  state.counts.bindings++;
  send(state, session, { type: 'bound', endpoint });
  introduceReady(state, session);
}

/**
 * MQTT brokers in the simulated network, as far as an introduction knows them: they pass on what comes, after a time, and may lose,
 * repeat and reorder it, forget what they are told, make things up, and die.
 */
import type { Random } from '../network/random.ts';
import type { World } from '../network/world.ts';

/** TCP (RFC 9293), TLS 1.3 (RFC 8446), CONNECT and SUBSCRIBE each take one. */
const OPENING_ROUND_TRIPS = 4;
/** The times from one attempt at a broker to the next, those of src/net/rendezvous/broker/pool.ts; the last one repeats. */
const GAPS_MS = [1_000, 2_000, 5_000, 15_000, 60_000, 300_000] as const;

export interface BrokerConditions {
  /** What a broker takes of the way of each message, in each direction, beside the client's link; default: 0. */
  readonly latencyMs?: number;
  /** The most that is added to that at random, so that messages overtake each other; default: 0. */
  readonly jitterMs?: number;
  /** How likely a message is lost by a broker, for each receiver; default: 0. */
  readonly loss?: number;
  /** How likely a message comes twice; default: 0. */
  readonly duplication?: number;
}

export interface SimBrokersOptions extends BrokerConditions {
  /** How many there are; default: 3. */
  readonly count?: number;
  /** The numbers of those that nobody can connect to, from 0; default: none. */
  readonly dead?: readonly number[];
}

/** What a client hears of its brokers. */
export interface BrokerHandlers {
  readonly onOpened: (broker: number) => void;
  readonly onMessage: (broker: number, bytes: Uint8Array) => void;
  /** None is open, and each has failed since the last one was; it goes on trying. */
  readonly onAllFailed: () => void;
}

export interface SimBrokerClient {
  readonly publish: (broker: number | null, bytes: Uint8Array) => void;
  /** How many are open. */
  readonly open: () => number;
  /** Ends every connection. */
  readonly close: () => void;
}

export interface SimBrokers {
  readonly kind: 'brokers';
  /** What whoever meets there has in common. */
  readonly key: Uint8Array;
  /** Begins to connect to all of them, and tries those again that fail. `delayMs` gives how long a message takes over the client's link, one way. */
  readonly connect: (client: { readonly delayMs: () => number } & BrokerHandlers) => SimBrokerClient;
  /** Ends a broker, until it is revived. */
  readonly kill: (broker: number) => void;
  readonly revive: (broker: number) => void;
  /** Gives every client bytes that nobody has published, as from that broker. */
  readonly inject: (broker: number, bytes: Uint8Array) => void;
  /** Every message that was published, once for each broker that has got it. */
  readonly published: readonly { readonly broker: number; readonly at: number; readonly bytes: Uint8Array }[];
}

interface Client extends BrokerHandlers {
  readonly delayMs: () => number;
  readonly open: Set<number>;
  /** The brokers that have failed since one was open. */
  readonly failed: Set<number>;
  /** How often each has failed. */
  readonly failures: Map<number, number>;
  isClosed: boolean;
}

interface State {
  readonly world: World;
  readonly options: Required<Omit<SimBrokersOptions, 'dead'>>;
  readonly random: Random;
  readonly dead: Set<number>;
  readonly clients: Set<Client>;
  readonly published: { readonly broker: number; readonly at: number; readonly bytes: Uint8Array }[];
}

const KEY_BYTES = 32;

export function addBrokers(world: World, options: SimBrokersOptions = {}): SimBrokers {
  const { count = 3, latencyMs = 0, jitterMs = 0, loss = 0, duplication = 0, dead = [] } = options;
  const random = world.random.fork('brokers');
  const state: State = {
    ...{ world, options: { count, latencyMs, jitterMs, loss, duplication }, random },
    ...{ dead: new Set(dead), clients: new Set(), published: [] },
  };
  return {
    kind: 'brokers',
    key: random.fork('key').bytes(KEY_BYTES),
    connect: (client) => connect(state, client),
    kill: (broker) => kill(state, broker),
    revive: (broker) => void state.dead.delete(broker),
    inject: (broker, bytes) => {
      for (const client of state.clients) deliver(state, client, { broker, bytes });
    },
    published: state.published,
  };
}

function connect(state: State, handlers: Pick<Client, keyof BrokerHandlers | 'delayMs'>): SimBrokerClient {
  const { options, clients } = state;
  const client: Client = { ...handlers, open: new Set(), failed: new Set(), failures: new Map(), isClosed: false };
  clients.add(client);
  for (let broker = 0; broker < options.count; broker++) tryOne(state, client, broker);
  return {
    publish: (broker, bytes) => {
      for (const one of client.open)
        if (broker === null || broker === one) publish(state, client, { broker: one, bytes });
    },
    open: () => client.open.size,
    close: () => {
      client.isClosed = true;
      clients.delete(client);
    },
  };
}

/** Connects to one broker; one that is dead refuses at once. */
function tryOne(state: State, client: Client, broker: number): void {
  const { clock } = state.world;
  const trips = state.dead.has(broker) ? 1 : OPENING_ROUND_TRIPS;
  let openAt = clock.now();
  for (let way = 0; way < 2 * trips; way++) openAt += wayMs(state, client);
  clock.schedule(openAt, () => {
    if (client.isClosed) return;
    if (state.dead.has(broker)) {
      fail(state, client, broker);
      return;
    }
    client.open.add(broker);
    client.failed.clear();
    client.onOpened(broker);
  });
}

/** A broker has failed, or was lost: it is tried again later. */
function fail(state: State, client: Client, broker: number): void {
  const { clock } = state.world;
  const failures = client.failures.get(broker) ?? 0;
  client.failures.set(broker, failures + 1);
  const gapMs = GAPS_MS[Math.min(failures, GAPS_MS.length - 1)] ?? 0;
  clock.schedule(clock.now() + gapMs, () => {
    if (!client.isClosed) tryOne(state, client, broker);
  });
  client.failed.add(broker);
  if (client.open.size > 0 || client.failed.size < state.options.count) return;
  client.failed.clear();
  client.onAllFailed();
}

/** How long something takes between a client and a broker, one way. */
function wayMs({ options, random }: State, { delayMs }: Client): number {
  return delayMs() + options.latencyMs + random.next() * options.jitterMs;
}

interface Passing {
  readonly broker: number;
  readonly bytes: Uint8Array;
}

function publish(state: State, from: Client, { broker, bytes }: Passing): void {
  const { world, dead, clients, published } = state;
  world.clock.schedule(world.clock.now() + wayMs(state, from), () => {
    if (dead.has(broker)) return;
    published.push({ broker, at: world.clock.now(), bytes });
    for (const client of clients) {
      if (client !== from && client.open.has(broker)) pass(state, client, { broker, bytes });
    }
  });
}

function pass(state: State, to: Client, passing: Passing): void {
  const { options, random } = state;
  if (random.next() < options.loss) return;
  deliver(state, to, passing);
  if (random.next() < options.duplication) deliver(state, to, passing);
}

function deliver(state: State, to: Client, { broker, bytes }: Passing): void {
  const { clock } = state.world;
  clock.schedule(clock.now() + wayMs(state, to), () => {
    if (!to.isClosed && to.open.has(broker)) to.onMessage(broker, bytes);
  });
}

function kill(state: State, broker: number): void {
  const { dead, clients, world } = state;
  dead.add(broker);
  for (const client of clients) {
    if (!client.open.delete(broker)) continue;
    world.clock.schedule(world.clock.now() + wayMs(state, client), () => {
      if (!client.isClosed) fail(state, client, broker);
    });
  }
}

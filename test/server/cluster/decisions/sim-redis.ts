/**
 * A Redis of a test's clock, with what natcheck's scripts do there (server/cluster/redis/scripts.ts), and nodes on it.
 * What a node asks for arrives after a while, in order, and so do answers and what is published; a cut connection loses
 * what is under way.
 */
import { type Cluster, createCluster } from '../../../../server/cluster/decisions/cluster.ts';
import type { ClusterInput, ClusterOutput } from '../../../../server/cluster/decisions/input-output.ts';
import { CLOCK_MS, LEASE_MS, QUARANTINE_MS } from '../../../../server/cluster/decisions/limits.ts';
import { nodeName } from '../../../../server/cluster/decisions/state.ts';
import type { ConnectionOutput } from '../../../../server/rendezvous/decisions/input-output.ts';
import { TICK_MS } from '../../../../server/rendezvous/decisions/limits.ts';
import { createRendezvous, type Rendezvous } from '../../../../server/rendezvous/decisions/rendezvous.ts';
import { createTicketIssuer } from '../../../../server/stun/ticket/tickets.ts';
import type { ChosenRelays } from '../../../../server/turn/choice/offer.ts';

export interface SimClock {
  readonly now: () => number;
  readonly after: (ms: number, act: () => void) => void;
  /** Time goes on, and all that is due happens in order. */
  readonly pass: (ms: number) => void;
}

export function createClock(): SimClock {
  let now = 1_000;
  let count = 0;
  const due: { at: number; order: number; act: () => void }[] = [];
  return {
    now: () => now,
    after: (ms, act) => {
      due.push({ at: now + ms, order: count++, act });
      due.sort((a, b) => a.at - b.at || a.order - b.order);
    },
    pass: (ms) => {
      const until = now + ms;
      while (due[0] && due[0].at <= until) {
        const { at, act } = due.shift() as (typeof due)[number];
        now = Math.max(now, at);
        act();
      }
      now = until;
    },
  };
}

type Asked = Exclude<ClusterOutput, ConnectionOutput | { readonly kind: 'turn-user' }>;

interface Data {
  began: number | null;
  readonly leases: Map<string, number>;
  readonly homes: Map<string, string>;
  readonly ids: Map<string, Map<string, string>>;
  readonly offers: Map<string, string>;
}

const emptyData = (): Data => ({ began: null, leases: new Map(), homes: new Map(), ids: new Map(), offers: new Map() });

export interface SimRedis {
  readonly run: (node: string, asked: Asked) => ClusterInput | null;
  readonly subscribers: Map<string, (from: string, text: string) => void>;
  /** Who hears that another node offers something else. */
  readonly news: Map<string, () => void>;
  /** Loses all data. */
  readonly lose: () => void;
  readonly homes: () => ReadonlyMap<string, string>;
}

export function createRedis(clock: SimClock): SimRedis {
  let data = emptyData();
  const subscribers: SimRedis['subscribers'] = new Map();
  const news: SimRedis['news'] = new Map();
  const isThere = (node: string): boolean => (data.leases.get(node) ?? Number.NEGATIVE_INFINITY) > clock.now();
  const begin = (): number => (data.began ??= clock.now());
  const claim = (node: string, room: string): string | null => {
    if (!isThere(node)) return null;
    const home = data.homes.get(room);
    if (home !== undefined && home !== node && isThere(home)) return home;
    if (home !== node && clock.now() - begin() < QUARANTINE_MS) return null;
    data.homes.set(room, node);
    return node;
  };
  const renew = (node: string, rooms: readonly string[]): ClusterInput => {
    const lost = rooms.filter((room) => (data.homes.get(room) ?? node) !== node);
    const restored = rooms.filter((room) => !data.homes.has(room));
    for (const room of restored) data.homes.set(room, node);
    return { kind: 'renewed', lost, restored };
  };
  const tellNews = (node: string): void => {
    for (const [one, hear] of news) if (one !== node) hear();
  };
  const offer = (node: string, { offer: text, isNews }: Extract<Asked, { readonly kind: 'beat' }>): void => {
    if (text === '') data.offers.delete(node);
    else data.offers.set(node, text);
    if (isNews) tellNews(node);
  };
  const offers = () =>
    [...data.offers].sort().flatMap(([node, text]) => {
      const ttlMs = (data.leases.get(node) ?? 0) - clock.now();
      return ttlMs > 0 ? [{ node, text, ttlMs }] : [];
    });
  const run: SimRedis['run'] = (node, asked) => {
    switch (asked.kind) {
      case 'beat': {
        data.leases.set(node, clock.now() + LEASE_MS);
        offer(node, asked);
        const gone = asked.watch.filter((one) => !isThere(one));
        return { kind: 'beaten', sentAt: 0, term: String(begin()), gone, offers: offers() };
      }
      case 'claim': {
        const { room, claim: number } = asked;
        const home = claim(node, room);
        const ids = home === node ? [...(data.ids.get(room) ?? [])].map(([id, digest]) => ({ id, digest })) : [];
        return { kind: 'claimed', room, claim: number, home, ids };
      }
      case 'renew':
        return renew(node, asked.rooms);
      case 'release':
        if (data.homes.get(asked.room) === node && data.homes.delete(asked.room)) data.ids.delete(asked.room);
        return null;
      case 'keep': {
        if (data.homes.get(asked.room) !== node) return null;
        const ids = data.ids.get(asked.room) ?? new Map<string, string>();
        data.ids.set(asked.room, ids);
        if (asked.digest === null) ids.delete(asked.id);
        else ids.set(asked.id, asked.digest);
        return null;
      }
      case 'tell':
        subscribers.get(asked.node)?.(node, asked.text);
        return null;
      case 'leave':
        data.leases.delete(node);
        if (data.offers.delete(node)) tellNews(node);
        for (const room of asked.rooms) if (data.homes.get(room) === node) data.homes.delete(room);
        return null;
    }
  };
  return { run, subscribers, news, lose: () => (data = emptyData()), homes: () => data.homes };
}

export interface SimNode {
  readonly cluster: Cluster;
  readonly rendezvous: Rendezvous;
  /** Tells the node what its connections say. */
  readonly handle: (input: ClusterInput) => void;
  /** Called with what the node does for its connections. */
  onOutput: (output: ConnectionOutput) => void;
  /** The TURN users of other nodes' sessions that may use its relay. */
  readonly turnUsers: ReadonlySet<string>;
  /** What its relay has; null where it has none. */
  load: number | null;
  /** Ends its connection to Redis; it makes another after that time. */
  readonly cut: (downMs: number) => void;
  /** Stops it for good, as SIGKILL does, or for a while, as SIGSTOP does. */
  readonly kill: () => void;
  readonly stop: (ms: number) => void;
  readonly isAlive: () => boolean;
  readonly isStopped: () => boolean;
  /** Loses the next of what others say to it. */
  readonly lose: () => void;
}

export interface NodeOptions {
  readonly clock: SimClock;
  readonly redis: SimRedis;
  readonly node: number;
  /** How long a command takes to Redis, and an answer back. */
  readonly delayMs?: () => number;
  readonly limits?: Parameters<typeof createRendezvous>[0]['limits'];
  readonly region?: string;
}

export const stunOf = (node: number) => ({ port: 3478 + node, altPort: 3578 + node });

export function startNode({ clock, redis, node, delayMs = () => 1, limits, region }: NodeOptions): SimNode {
  let random = node << 16;
  const randomBytes = (length: number): Uint8Array => {
    const bytes = Buffer.alloc(length);
    bytes.writeUInt32BE(++random, Math.max(0, length - 4));
    return bytes;
  };
  const issueTicket = createTicketIssuer({ secret: new Uint8Array(32), node, unixMs: (now) => now, randomBytes });
  const stun = stunOf(node);
  const name = nodeName(node);
  const own = { name, urls: [`turn:${name}`], region: region ?? null, load: 0 };
  const relays = { own, others: [], region: region ?? null };
  const turnFor = (user: string, { nodes }: ChosenRelays) =>
    nodes.map(({ urls }) => ({ urls: [...urls], username: user, password: 'p', expiresInMs: 1 }));
  const rendezvous = createRendezvous({ stun, limits, randomBytes, issueTicket, relays, turnFor });
  const readRelay = () => (self.load === null ? null : { ...own, load: self.load });
  const cluster = createCluster({ node, stun, rendezvous, limits, region, readRelay, randomBytes });
  const turnUsers = new Set<string>();
  /** The generation of the connection to Redis; what is under way on an older one is lost. */
  let generation = 0;
  let [isAlive, stoppedUntil] = [true, 0];
  const lastAt = { up: 0, down: 0 };
  const waiting: ClusterInput[] = [];

  const deliver = (way: 'up' | 'down', act: () => void): void => {
    lastAt[way] = Math.max(lastAt[way], clock.now() + delayMs());
    const of = generation;
    clock.after(lastAt[way] - clock.now(), () => {
      if (of === generation && isAlive) act();
    });
  };
  const ask = (asked: Asked): void => {
    const sentAt = clock.now();
    deliver('up', () => {
      const answer = redis.run(cluster.node, asked);
      if (answer) deliver('down', () => handle(answer.kind === 'beaten' ? { ...answer, sentAt } : answer));
    });
  };
  const handle = (input: ClusterInput): void => {
    if (!isAlive) return;
    if (clock.now() < stoppedUntil) return void waiting.push(input);
    for (const output of cluster.handle(clock.now(), input)) {
      if (output.kind === 'send' || output.kind === 'ping' || output.kind === 'close') self.onOutput(output);
      else if (output.kind === 'turn-user') turnUsers[output.isThere ? 'add' : 'delete'](output.user);
      else if (isUp) ask(output);
    }
  };
  let [isUp, losing] = [false, 0];
  const connect = (): void => {
    isUp = true;
    redis.subscribers.set(cluster.node, (from, text) => {
      if (losing > 0) losing--;
      else deliver('down', () => handle({ kind: 'heard', from, text }));
    });
    redis.news.set(cluster.node, () => deliver('down', () => handle({ kind: 'news' })));
    handle({ kind: 'up' });
  };
  const cut = (downMs: number): void => {
    generation++;
    redis.subscribers.delete(cluster.node);
    redis.news.delete(cluster.node);
    if (isUp) handle({ kind: 'down' });
    isUp = false;
    const of = generation;
    clock.after(downMs, () => {
      if (of === generation && isAlive) connect();
    });
  };
  const every = (ms: number, input: ClusterInput): void =>
    clock.after(ms, () => {
      if (!isAlive) return;
      if (clock.now() >= stoppedUntil) handle(input);
      every(ms, input);
    });
  const self: SimNode = {
    cluster,
    rendezvous,
    handle,
    onOutput: () => {},
    turnUsers,
    load: null,
    cut,
    kill: () => {
      isAlive = false;
      redis.subscribers.delete(cluster.node);
      redis.news.delete(cluster.node);
    },
    stop: (ms) => {
      stoppedUntil = clock.now() + ms;
      clock.after(ms, () => waiting.splice(0).forEach(handle));
    },
    isAlive: () => isAlive,
    isStopped: () => clock.now() < stoppedUntil,
    lose: () => losing++,
  };
  every(CLOCK_MS, { kind: 'clock' });
  every(TICK_MS, { kind: 'tick' });
  clock.after(0, connect);
  return self;
}

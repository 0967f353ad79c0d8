/**
 * Runs one punch in the simulated network, and has each side measure its path and leave, as `natcheck punch` does, while
 * routers may reboot; then finds out whether the path still works.
 */
import type { PairReport } from '../../../src/ice/checklist/pair.ts';
import { createMeasurement, type HealthInput } from '../../../src/punch/attempt/health/measurement.ts';
import type { PathHealth } from '../../../src/punch/attempt/health/state.ts';
import { isThroughRelay } from '../../../src/punch/attempt/outcome/endpoints-in-use.ts';
import { runUntilDone } from '../network/run-session.ts';
import type { TraceEntry } from '../network/trace.ts';
import { createWorld, type World } from '../network/world.ts';
import { addRendezvousServer, type RendezvousServer } from '../server/rendezvous-server.ts';
import type { Site } from '../site/site.ts';
import type { SimPath } from './path.ts';
import { placeAt, type SimPunchOptions } from './punch.ts';
import type { SimMeeting, SimMet } from './room/meeting.ts';
import type { SimPunchSide } from './side.ts';

type Name = 'a' | 'b';

interface Reboot {
  readonly side: Name;
  /** Counts from the moment when the first side is connected. */
  readonly afterMs: number;
  /** Whether the site has another public address then; default: no. */
  readonly renumbers?: boolean;
}

export interface SimHealthOptions extends SimPunchOptions {
  /** Which routers restart, and when. */
  readonly reboots?: readonly Reboot[];
  /** Called before anything happens, to let other things go wrong later. */
  readonly disturb?: (world: World, place: Disturbed) => void;
}

export interface Disturbed {
  readonly sites: Readonly<Record<Name, Site>>;
  readonly rendezvous: RendezvousServer;
}

/** One side as its report would have it. */
export interface SimHealthSide {
  readonly outcome: 'direct' | 'relayed' | 'failed';
  readonly reason: SimPunchSide['reason'] | 'path-lost';
  /** Null where there was no path. */
  readonly health: PathHealth | null;
  /** When the side came to that, counted as reboots are; null where neither side was ever connected. */
  readonly endMs: number | null;
  /** The same as a virtual time. */
  readonly endedAt: number;
  /** What came of the attempt, from which the cause of a failure is told. */
  readonly met: SimMet;
}

export interface SimHealth {
  readonly a: SimHealthSide;
  readonly b: SimHealthSide;
  /** Whether datagrams pass in both directions, where each side sent last, once both sides have ended. */
  readonly isOpen: boolean;
  /** The same from the moment on at which a side has called the path lost; false where none has. */
  readonly wasOpenWhenLost: boolean;
}

/** The first of each side opens its own router, and loss does not take all of the others. */
const PINGS = 40;
const PING_INTERVAL_MS = 20;
/** Longer than any way takes. */
const PING_TIME_MS = 2_000;
/** Long enough not to come up in anything else; a relay carries it within a message of its own. */
const PINGS_SAY = { ended: 'does this path still work?', lost: 'is this path lost?' } as const;
/** How long a relayed path is waited for beyond the time of its plan, and how often it is looked at. */
const UPGRADE_PATIENCE_MS = 5_000;
const UPGRADE_POLL_MS = 10;

interface Side {
  readonly name: Name;
  readonly meeting: SimMeeting;
  readonly site: Site;
  path: SimPath | null;
  done: { readonly at: number; readonly health: PathHealth } | null;
  /** The pair that data went on last. */
  pair: PairReport | null;
}

interface State {
  readonly world: World;
  readonly sides: Readonly<Record<Name, Side>>;
  readonly reboots: readonly Reboot[];
  /** Whether a side has called the path lost. */
  isLost: boolean;
  /** When the first side was connected. */
  openAt: number | null;
}

/** Runs until both sides have ended. @throws Error when one does not. */
export function measureInSim({ reboots = [], disturb = () => {}, ...options }: SimHealthOptions): SimHealth {
  const pinged = { ended: new Set<string>(), lost: new Set<string>() };
  const trace = (entry: TraceEntry): void => {
    options.trace?.(entry);
    for (const when of ['ended', 'lost'] as const) if (isPing(entry, when)) pinged[when].add(entry.place);
  };
  const world = createWorld({ seed: options.seed, trace });
  const rendezvous = addRendezvousServer(world, { relay: options.relay ?? false });
  const placeOf = (id: Name, side: { readonly peer: Name; readonly number: number }): Side => {
    const [access, link] = id === 'a' ? [options.a, options.linkA] : [options.b, options.linkB];
    const onConnected = (path: SimPath): void => connected(state, state.sides[id], path);
    const { room, site } = placeAt(world, { rendezvous, id, access, link, number: side.number, onConnected });
    return { name: id, site, meeting: room.meet(side.peer), path: null, done: null, pair: null };
  };
  const sides = { a: placeOf('a', { peer: 'b', number: 1 }), b: placeOf('b', { peer: 'a', number: 2 }) };
  const state: State = { world, sides, reboots, isLost: false, openAt: null };
  disturb(world, { rendezvous, sites: { a: sides.a.site, b: sides.b.site } });
  runUntilDone(world, [sides.a, sides.b].map(runOf));
  const [a, b] = [endOf(state, sides.a), endOf(state, sides.b)];
  ping(state, 'ended');
  world.clock.runUntil(world.clock.now() + PINGS * PING_INTERVAL_MS + PING_TIME_MS);
  return { a, b, isOpen: pinged.ended.size === 2, wasOpenWhenLost: pinged.lost.size === 2 };
}

function connected(state: State, side: Side, path: SimPath): void {
  const { world, sides, reboots } = state;
  if (state.openAt === null) {
    state.openAt = world.clock.now();
    for (const { side: name, afterMs, renumbers = false } of reboots) {
      const { site } = sides[name];
      world.clock.schedule(state.openAt + afterMs, renumbers ? site.renumber : site.reboot);
    }
  }
  side.path = path;
  const { technique, seconds } = side.meeting.plan() ?? { technique: 'relay', seconds: 0 };
  const patienceMs = technique === 'relay' ? 0 : seconds * 1000 + UPGRADE_PATIENCE_MS;
  awaitDirect(world, side, { until: world.clock.now() + patienceMs, begin: () => measure(state, side, path) });
}

/** Gives a relayed path time to become direct, as src/punch/path/upgrade.ts does. */
function awaitDirect(
  world: World,
  side: Side,
  { until, begin }: { readonly until: number; readonly begin: () => void },
): void {
  const { clock } = world;
  const pair = side.meeting.selected();
  if (!pair || !isThroughRelay(pair) || clock.now() >= until) begin();
  else clock.schedule(clock.now() + UPGRADE_POLL_MS, () => awaitDirect(world, side, { until, begin }));
}

/** Drives a measurement over the path, and leaves when it is done. */
function measure(state: State, side: Side, path: SimPath): void {
  const { clock } = state.world;
  const measurement = createMeasurement(clock.now(), { pathState: path.state });
  const tell = (input: HealthInput): void => {
    side.pair = side.meeting.selected() ?? side.pair;
    for (const output of measurement.handle(clock.now(), input)) {
      if (output.kind === 'send') path.send(output.bytes);
      else end(output.health);
    }
  };
  const end = (health: PathHealth): void => {
    side.done = { at: clock.now(), health };
    if (health.liveness === 'lost' && !state.isLost) {
      state.isLost = true;
      ping(state, 'lost');
    }
    clock.schedule(clock.now(), path.leave);
  };
  const tick = (): void => {
    tell({ kind: 'timeout' });
    if (!side.done) clock.schedule(measurement.wakeAt(), tick);
  };
  path.onData((bytes) => tell({ kind: 'received', bytes }));
  clock.schedule(clock.now(), tick);
}

/** A side is over when it has measured its path, or has none. */
function runOf(side: Side): Parameters<typeof runUntilDone>[1][number] {
  return {
    outcome: () => {
      const met = side.meeting.outcome();
      const isOver = side.done !== null || (met !== null && met.kind !== 'connected');
      return isOver ? { result: met, at: side.done?.at ?? met?.at ?? 0 } : null;
    },
  };
}

function endOf({ openAt }: State, { meeting, done, pair }: Side): SimHealthSide {
  const met = meeting.outcome();
  if (!met) throw new Error('a side was to end');
  const endedAt = done?.at ?? met.at;
  const end = { endMs: openAt === null ? null : endedAt - openAt, endedAt, met };
  if (met.kind !== 'connected' || !done) {
    const reason = met.kind === 'connected' ? null : met.reason;
    return { outcome: 'failed', reason, health: null, ...end };
  }
  const { health } = done;
  if (health.liveness === 'lost') return { outcome: 'failed', reason: 'path-lost', health, ...end };
  return { outcome: isThroughRelay(pair ?? met.pair) ? 'relayed' : 'direct', reason: null, health, ...end };
}

/** Sends datagrams both ways for a while from now on. */
function ping({ world: { clock }, sides }: State, when: keyof typeof PINGS_SAY): void {
  const bytes = new TextEncoder().encode(PINGS_SAY[when]);
  for (let count = 0; count < PINGS; count++) {
    for (const { path } of [sides.a, sides.b]) {
      clock.schedule(clock.now() + count * PING_INTERVAL_MS, () => path?.ping(bytes));
    }
  }
}

/** Whether a datagram of `ping` has come to a peer; its socket may be closed by then. */
function isPing({ packet, place, ...entry }: TraceEntry, when: keyof typeof PINGS_SAY): boolean {
  const isThere = entry.event === 'delivered' || (entry.event === 'dropped' && entry.why === 'no-socket');
  return (
    isThere &&
    place.startsWith('peer ') &&
    packet.protocol === 'udp' &&
    Buffer.from(packet.bytes).includes(PINGS_SAY[when])
  );
}

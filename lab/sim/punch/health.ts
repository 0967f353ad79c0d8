/**
 * Runs one punch in the simulated network, and has each side measure its path and leave, as `natcheck punch` does, while
 * routers may reboot; then finds out whether the path still works.
 */
import { isRelayed } from '../../../src/ice/checklist/pair.ts';
import { createMeasurement, type HealthInput } from '../../../src/punch/attempt/health/measurement.ts';
import type { PathHealth } from '../../../src/punch/attempt/health/state.ts';
import { runUntilDone } from '../network/run-session.ts';
import type { TraceEntry } from '../network/trace.ts';
import { createWorld, type World } from '../network/world.ts';
import { addRendezvousServer } from '../server/rendezvous-server.ts';
import type { Site } from '../site/site.ts';
import type { SimPath } from './path.ts';
import { placeAt, type SimPunchOptions } from './punch.ts';
import type { SimMeeting } from './room.ts';
import type { SimPunchSide } from './side.ts';

type Name = 'a' | 'b';

interface Reboot {
  readonly side: Name;
  /** Counts from the moment when the first side is connected. */
  readonly afterMs: number;
}

export interface SimHealthOptions extends SimPunchOptions {
  /** Which routers restart, and when. */
  readonly reboots?: readonly Reboot[];
}

/** One side as its report would have it. */
export interface SimHealthSide {
  readonly outcome: 'direct' | 'relayed' | 'failed';
  readonly reason: SimPunchSide['reason'] | 'path-lost';
  /** Null where there was no path. */
  readonly health: PathHealth | null;
  /** When the side came to that, counted as reboots are; null where neither side was ever connected. */
  readonly endMs: number | null;
}

export interface SimHealth {
  readonly a: SimHealthSide;
  readonly b: SimHealthSide;
  /** Whether datagrams pass in both directions, where each side sent last, once both sides have ended. */
  readonly isOpen: boolean;
}

/** The first of each side opens its own router, and loss does not take all of the others. */
const PINGS = 40;
const PING_INTERVAL_MS = 20;
/** Longer than any way takes. */
const PING_TIME_MS = 2_000;
const PING = Uint8Array.of(9, 9, 9);

interface Side {
  readonly name: Name;
  readonly meeting: SimMeeting;
  readonly site: Site;
  path: SimPath | null;
  done: { readonly at: number; readonly health: PathHealth } | null;
}

interface State {
  readonly world: World;
  readonly sides: Readonly<Record<Name, Side>>;
  readonly reboots: readonly Reboot[];
  /** When the first side was connected. */
  openAt: number | null;
}

/** Runs until both sides have ended. @throws Error when one does not. */
export function measureInSim({ reboots = [], ...options }: SimHealthOptions): SimHealth {
  const pinged = new Set<string>();
  const trace = (entry: TraceEntry): void => {
    options.trace?.(entry);
    if (isPing(entry)) pinged.add(entry.place);
  };
  const world = createWorld({ seed: options.seed, trace });
  const rendezvous = addRendezvousServer(world);
  const placeOf = (id: Name, side: { readonly peer: Name; readonly number: number }): Side => {
    const [access, link] = id === 'a' ? [options.a, options.linkA] : [options.b, options.linkB];
    const onConnected = (path: SimPath): void => connected(state, state.sides[id], path);
    const { room, site } = placeAt(world, { rendezvous, id, access, link, number: side.number, onConnected });
    return { name: id, site, meeting: room.meet(side.peer), path: null, done: null };
  };
  const sides = { a: placeOf('a', { peer: 'b', number: 1 }), b: placeOf('b', { peer: 'a', number: 2 }) };
  const state: State = { world, sides, reboots, openAt: null };
  runUntilDone(world, [sides.a, sides.b].map(runOf));
  const [a, b] = [endOf(state, sides.a), endOf(state, sides.b)];
  ping(state);
  return { a, b, isOpen: pinged.size === 2 };
}

function connected(state: State, side: Side, path: SimPath): void {
  const { world, sides, reboots } = state;
  if (state.openAt === null) {
    state.openAt = world.clock.now();
    for (const { side: name, afterMs } of reboots)
      world.clock.schedule(state.openAt + afterMs, sides[name].site.reboot);
  }
  side.path = path;
  measure(world, side, path);
}

/** Drives a measurement over the path, and leaves when it is done. */
function measure({ clock }: World, side: Side, path: SimPath): void {
  const measurement = createMeasurement(clock.now(), path.state);
  const tell = (input: HealthInput): void => {
    for (const output of measurement.handle(clock.now(), input)) {
      if (output.kind === 'send') path.send(output.bytes);
      else end(output.health);
    }
  };
  const end = (health: PathHealth): void => {
    side.done = { at: clock.now(), health };
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

function endOf({ openAt }: State, { meeting, done }: Side): SimHealthSide {
  const met = meeting.outcome();
  if (!met) throw new Error('a side was to end');
  const endMs = openAt === null ? null : (done?.at ?? met.at) - openAt;
  if (met.kind !== 'connected' || !done) {
    const reason = met.kind === 'connected' ? null : met.reason;
    return { outcome: 'failed', reason, health: null, endMs };
  }
  const { health } = done;
  if (health.liveness === 'lost') return { outcome: 'failed', reason: 'path-lost', health, endMs };
  return { outcome: isRelayed(met.pair) ? 'relayed' : 'direct', reason: null, health, endMs };
}

/** Sends datagrams both ways until all that pass have come. */
function ping({ world: { clock }, sides }: State): void {
  for (let count = 0; count < PINGS; count++) {
    for (const { path } of [sides.a, sides.b]) {
      clock.schedule(clock.now() + count * PING_INTERVAL_MS, () => path?.ping(PING));
    }
  }
  clock.runUntil(clock.now() + PINGS * PING_INTERVAL_MS + PING_TIME_MS);
}

/** Whether a datagram of `ping` has come to a peer; its socket may be closed by then. */
function isPing({ packet, place, ...entry }: TraceEntry): boolean {
  const isThere = entry.event === 'delivered' || (entry.event === 'dropped' && entry.why === 'no-socket');
  return isThere && place.startsWith('peer ') && packet.protocol === 'udp' && Buffer.compare(packet.bytes, PING) === 0;
}

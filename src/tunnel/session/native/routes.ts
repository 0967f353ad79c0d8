/** The native streams of a session, and the route that they take. */
import type { UdxStream } from '../../../net/udx/native.ts';
import type { Route } from '../../carrier.ts';
import { atMost } from '../at-most.ts';
import { takeNativeId } from './native-ids.ts';

/** A native stream whose peer may not be known yet. */
export interface Leg {
  readonly id: number;
  readonly raw: UdxStream;
  /** Connects it to the peer's stream, over the route of the moment. */
  readonly connect: (remoteId: number) => void;
}

export interface Routes {
  /** @throws Error when there are too many. */
  readonly createLeg: () => Leg;
  readonly current: () => Route;
  /**
   * Takes new native streams over another route. Resolves when none takes a former one any more, after some seconds at the latest:
   * those that still do are closed then. Never rejects.
   */
  readonly use: (route: Route) => Promise<void>;
  /** Takes the native streams themselves over another route, while the former one still works. Never rejects. */
  readonly change: (route: Route) => Promise<void>;
  /** Closes every native stream, at once. */
  readonly closeAll: () => void;
}

/** How long native streams may still take a former route: the peer tells soon where each stream goes on. */
const LEAVE_MS = 5_000;
/**
 * How long what is on its way may take to be acknowledged after a change of route. libudx sends lost packets again to where it has
 * sent them before, so a stream whose former route is dead would wait in vain.
 */
const CHANGE_MS = 2_000;
/**
 * How many packets a native stream takes before it is connected: nobody reads them yet, and libudx holds whatever comes. The peer
 * sends those again that are dropped.
 */
const EARLY_MAX_PACKETS = 64;

interface Taken {
  readonly raw: UdxStream;
  readonly closed: Promise<void>;
  remoteId: number | null;
  /** Where it goes; null before it is connected. */
  route: Route | null;
  /** Resolves when no change is under way. */
  changed: Promise<void>;
  isClosed: boolean;
}

interface State {
  readonly legs: Set<Taken>;
  route: Route;
}

export function createRoutes(first: Route): Routes {
  const state: State = { legs: new Set(), route: first };
  return {
    createLeg: () => createLeg(state),
    current: () => state.route,
    use: (route) => {
      state.route = route;
      return closeWithin(
        LEAVE_MS,
        Array.from(state.legs).filter((leg) => leg.route !== null && leg.route !== route),
        (leg) => leg.closed,
      );
    },
    change: (route) => {
      state.route = route;
      return closeWithin(CHANGE_MS, Array.from(state.legs), (leg) => move(state, leg));
    },
    closeAll: () => {
      for (const { raw } of state.legs) raw.destroy();
    },
  };
}

function createLeg(state: State): Leg {
  const { udx } = state.route.socket;
  const { id, free } = takeNativeId(udx);
  // Data may come before this side has connected, and by another socket while one side has moved: it is authenticated later.
  let early = 0;
  const raw = udx.createStream(id, { firewall: () => leg.route === null && ++early > EARLY_MAX_PACKETS });
  const closed = Promise.withResolvers<void>();
  const leg: Taken = {
    ...{ raw, closed: closed.promise, remoteId: null, route: null },
    ...{ changed: Promise.resolve(), isClosed: false },
  };
  state.legs.add(leg);
  raw.on('error', () => {});
  raw.once('close', () => {
    leg.isClosed = true;
    state.legs.delete(leg);
    free();
    closed.resolve();
  });
  return { id, raw, connect: (remoteId) => connect(leg, remoteId, state.route) };
}

function connect(leg: Taken, remoteId: number, route: Route): void {
  leg.remoteId = remoteId;
  leg.route = route;
  try {
    leg.raw.connect(route.socket, remoteId, route.remote.port, route.remote.address);
  } catch (error) {
    leg.raw.destroy(error as Error);
  }
}

async function closeWithin(ms: number, legs: readonly Taken[], work: (leg: Taken) => Promise<void>): Promise<void> {
  const late = new Set(legs);
  const all = legs.map((leg) => work(leg).then(() => late.delete(leg)));
  if (await atMost(ms, Promise.all(all))) return;
  for (const { raw } of late) raw.destroy();
  await Promise.all(Array.from(late, ({ closed }) => closed));
}

/** A change has to be over before the next one begins, which then goes to where the route leads by that time. */
function move(state: State, leg: Taken): Promise<void> {
  leg.changed = leg.changed.then(() => changeTo(leg, state.route));
  return leg.changed;
}

async function changeTo(leg: Taken, route: Route): Promise<void> {
  if (leg.isClosed || leg.remoteId === null || leg.route === route) return;
  leg.route = route;
  try {
    await leg.raw.changeRemote(route.socket, leg.remoteId, route.remote.port, route.remote.address);
  } catch (error) {
    leg.raw.destroy(error as Error);
  }
}

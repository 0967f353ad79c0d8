/** The native streams of a session, and the route that all of them take now. */
import type { UdxStream } from '../../net/udx/native.ts';
import type { Route } from '../carrier.ts';
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
  /** Sends everything over another route. Resolves when nothing is on its way over the former one. Never rejects. */
  readonly change: (route: Route) => Promise<void>;
  /** Closes every native stream, at once. */
  readonly closeAll: () => void;
}

interface Moving {
  readonly raw: UdxStream;
  remoteId: number | null;
  /** Where it was last sent. */
  route: Route | null;
  /** Resolves when no change is under way. */
  changed: Promise<void>;
  isClosed: boolean;
}

export function createRoutes(first: Route): Routes {
  const legs = new Set<Moving>();
  let route = first;
  return {
    createLeg: () => {
      const { id, free } = takeNativeId(route.socket.udx);
      // Data may come before this side has connected, and by another socket while one side has moved: it is authenticated later.
      const raw = route.socket.udx.createStream(id, { firewall: () => false });
      const leg: Moving = { raw, remoteId: null, route: null, changed: Promise.resolve(), isClosed: false };
      legs.add(leg);
      raw.on('error', () => {});
      raw.once('close', () => {
        leg.isClosed = true;
        legs.delete(leg);
        free();
      });
      return { id, raw, connect: (remoteId) => connect(leg, remoteId, route) };
    },
    current: () => route,
    change: async (next) => {
      route = next;
      await Promise.all(Array.from(legs, (leg) => move(leg, () => route)));
    },
    closeAll: () => {
      for (const { raw } of legs) raw.destroy();
    },
  };
}

function connect(leg: Moving, remoteId: number, route: Route): void {
  leg.remoteId = remoteId;
  leg.route = route;
  try {
    leg.raw.connect(route.socket, remoteId, route.remote.port, route.remote.address);
  } catch (error) {
    leg.raw.destroy(error as Error);
  }
}

/** A change has to be over before the next one begins, which then goes to where the route leads by that time. */
function move(leg: Moving, route: () => Route): Promise<void> {
  leg.changed = leg.changed.then(() => changeTo(leg, route()));
  return leg.changed;
}

async function changeTo(leg: Moving, route: Route): Promise<void> {
  if (leg.isClosed || leg.remoteId === null || leg.route === route) return;
  leg.route = route;
  try {
    await leg.raw.changeRemote(route.socket, leg.remoteId, route.remote.port, route.remote.address);
  } catch (error) {
    leg.raw.destroy(error as Error);
  }
}

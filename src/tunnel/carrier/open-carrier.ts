/** The carrier over a punched path: native streams on its socket where it has a UDX socket, else through a bridge. */
import { sameEndpoint } from '../../endpoint.ts';
import { createOwner } from '../../net/owner.ts';
import type { Udx } from '../../net/udx/native.ts';
import { nativeOf } from '../../net/udx/udx-socket.ts';
import type { Path, PathRoute } from '../../punch/path/path.ts';
import { PathSendError } from '../../punch/path/send-error.ts';
import type { PunchResult } from '../../punch/result.ts';
import type { Carrier, Route } from '../carrier.ts';
import { type Bridge, openBridge, RELAYED_MAX_BYTES } from './bridge.ts';
import { isNativePacket } from './native-packet.ts';

/** What an Ethernet frame carries of a datagram over IPv6; the sockets of streams let IP cut nothing. */
const DIRECT_MAX_BYTES = 1_452;
/** How many datagrams of the peer are kept until there is a receiver, as a path keeps them. */
const EARLY_MAX = 64;

interface State {
  readonly path: Path;
  readonly bridge: Bridge;
  readonly early: Uint8Array[];
  route: Route;
  /** The receiver of datagrams; null before one is set. */
  receive: ((bytes: Uint8Array) => void) | null;
  tellRoute: (route: Route) => void;
}

/**
 * Takes over the path of a punch whose sockets were opened by `udxSockets(udx)`; on others, streams go through the bridge. Before
 * it is disposed of, the streams on the punched socket have to be ended by whoever has begun them: the socket may carry more paths.
 * @throws TypeError when the punch has no path; the system's error when there is no socket left for the bridge. The punch is then
 * disposed of.
 */
export async function openCarrier(punched: PunchResult, udx: Udx): Promise<Carrier> {
  const { path, introduction } = punched;
  if (!path || !introduction) throw new TypeError('a carrier needs a path');
  await using owner = createOwner();
  owner.use(punched);
  // Of each packet, so it is not asked of the path each time.
  let way: PathRoute | null = null;
  const bridge = owner.use(await openBridge(udx, (bytes) => way?.socket.send(bytes, way.to, () => {})));
  way = path.route();
  const state: State = {
    ...{ path, bridge, early: [], receive: null },
    route: routeOf(way, bridge),
    tellRoute: () => {},
  };
  path.onData((bytes) => take(state, bytes));
  path.onRoute((next) => {
    way = next;
    follow(state, next);
  });
  void path.closed.then(() => {
    way = null;
  });
  const kept = owner.move();
  return {
    binding: new TextEncoder().encode(introduction.key),
    role: introduction.role === 'controlling' ? 'initiator' : 'responder',
    route: () => state.route,
    onRoute: (receive) => {
      state.tellRoute = receive;
    },
    send: (bytes) => bytes.length <= maxDatagram(state) && !isNativePacket(bytes) && sendOn(path, bytes),
    onDatagram: (receive) => setReceiver(state, receive),
    maxDatagram: () => maxDatagram(state),
    rttMs: () => path.stats().rttMs,
    closed: path.closed,
    [Symbol.asyncDispose]: kept[Symbol.asyncDispose],
  };
}

/** Without a socket of streams on the way, which a relay of this side has not either, streams go to the bridge. */
function routeOf(route: PathRoute | null, bridge: Bridge): Route {
  const kind = route && !route.isRelayed ? 'direct' : 'relayed';
  const socket = route && nativeOf(route.socket);
  return socket ? { socket, remote: route.to, kind } : { socket: bridge.socket, remote: bridge.remote, kind };
}

function follow(state: State, next: PathRoute): void {
  const { route: former, bridge } = state;
  const route = routeOf(next, bridge);
  state.route = route;
  const isSame = route.socket === former.socket && sameEndpoint(route.remote, former.remote);
  if (!isSame || route.kind !== former.kind) state.tellRoute(route);
}

/** Packets of streams reach the path only where its socket has not taken them: through a relay, or before there is such a stream. */
function take({ bridge, early, receive }: State, bytes: Uint8Array): void {
  if (isNativePacket(bytes)) bridge.deliver(bytes);
  else if (receive) receive(bytes);
  else if (early.length < EARLY_MAX) early.push(bytes);
}

function setReceiver(state: State, receive: (bytes: Uint8Array) => void): void {
  state.receive = receive;
  for (const bytes of state.early.splice(0)) receive(bytes);
}

function maxDatagram({ path, route }: State): number {
  return Math.min(path.maxDatagram(), route.kind === 'direct' ? DIRECT_MAX_BYTES : RELAYED_MAX_BYTES);
}

/** Sends on the path; false when it does not take it. */
function sendOn(path: Path, bytes: Uint8Array): boolean {
  try {
    path.send(bytes);
    return true;
  } catch (error) {
    if (error instanceof PathSendError) return false;
    throw error;
  }
}

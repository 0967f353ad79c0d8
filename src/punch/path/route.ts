/** Which socket and endpoint a path goes on. */
import type { UdpSocket } from '../../net/udp-socket.ts';
import { isThroughRelay, leavesByRelay } from '../attempt/outcome/endpoints-in-use.ts';
import type { PathRoute } from './path.ts';
import type { PathRecord } from './record.ts';

/** Returns what the path goes on now; null while there is nothing to send on. */
export function routeOf(record: PathRecord): PathRoute | null {
  const pair = record.end ? null : record.session.selected();
  const socket = pair && socketNamed(record, pair.socket);
  if (!pair || !socket) return null;
  return {
    socket,
    to: pair.remote.endpoint,
    leavesByRelay: leavesByRelay(pair),
    isRelayed: isThroughRelay(pair),
  };
}

/** Sets the receiver of each further route. */
export function setRouteReceiver(record: PathRecord, receive: (route: PathRoute) => void): void {
  record.tellRoute = () => {
    const route = routeOf(record);
    if (route) receive(route);
  };
}

/** Returns the session's socket of that name, given or opened. */
export function socketNamed({ sockets, opened }: PathRecord, name: string): UdpSocket | undefined {
  return sockets[name] ?? opened.get(name);
}

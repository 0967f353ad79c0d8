/** Passes each upgrade to a WebSocket to whoever serves its path. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { HttpServer } from './http.ts';
import { mayConnect, type PageOptions } from './options.ts';

export interface UpgradeRequest {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

/** Those that serve WebSockets, by their paths. */
export type Upgrades = Readonly<Record<string, (upgrade: UpgradeRequest) => void>>;

export function routeUpgrades(http: readonly HttpServer[], upgrades: Upgrades, options: PageOptions = {}): void {
  for (const { server } of http) {
    server.on('upgrade', (request, socket, head) => {
      const path = (request.url ?? '').split('?', 1)[0] ?? '';
      socket.on('error', doNothing);
      const serve = Object.hasOwn(upgrades, path) ? upgrades[path] : undefined;
      if (!serve) refuseUpgrade(socket, '404 Not Found');
      else if (mayConnect(request.headers, options)) serve({ request, socket, head });
      else refuseUpgrade(socket, '403 Forbidden');
    });
  }
}

/** One for all: a function made where a request is at hand would keep the request for as long as its socket is open. */
function doNothing(): void {}

export function refuseUpgrade(socket: Duplex, status: string): void {
  // Node would let the other side keep its half open for as long as it likes.
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

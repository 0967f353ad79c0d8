/** A server that has the page, and does over WebSockets what no natcheck server of this version does: one behaviour at each path. */
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { openHttpServer, type Pages } from '../../../server/http/http.ts';
import { builtPage, pageFiles } from '../../../server/http/page-files.ts';
import { createAdmission } from '../../../server/limit/tcp-admission.ts';

const LIMITS = { connections: 256, connectionsPerSource: 256 };
/** It lets the WebSocket wait; takes it, and says nothing; is busy; hangs up; is of a version that begins with, or takes, other words. */
const BEHAVIOURS = ['hanging', 'mute', 'busy', 'broken', 'newer', 'stricter'] as const;
export type Behaviour = (typeof BEHAVIOURS)[number];

export interface Double extends AsyncDisposable {
  readonly at: (behaviour: Behaviour) => string;
}

export async function startDouble(): Promise<Double> {
  const sockets = new Set<Duplex>();
  const webSockets = new WebSocketServer({ noServer: true });
  const http = await openHttpServer(
    { address: '127.0.0.1', port: 0 },
    { pages: pagesOfAll(), admission: createAdmission(LIMITS), now: () => performance.now() },
  );
  http.server.on('upgrade', (request, socket, head) => {
    sockets.add(socket);
    const [, name, path] = (request.url ?? '').split('/');
    const behaviour = BEHAVIOURS.find((one) => one === name) ?? 'hanging';
    if (behaviour === 'hanging') return;
    webSockets.handleUpgrade(request, socket, head, (upgraded) => {
      behave(upgraded, { behaviour, isForFriend: path !== 'detect' });
    });
  });
  return {
    at: (behaviour) => `http://127.0.0.1:${http.port}/${behaviour}/`,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await http[Symbol.asyncDispose]();
    },
  };
}

function behave(
  socket: WebSocket,
  { behaviour, isForFriend }: { readonly behaviour: Behaviour; readonly isForFriend: boolean },
): void {
  const say = (message: object): void => socket.send(JSON.stringify(message));
  if (behaviour === 'busy') say({ type: 'error', reason: 'busy', detail: 'too many pages' });
  // Before it has answered, the browser may not know that the WebSocket is open.
  if (behaviour === 'broken') socket.once('pong', () => socket.terminate()).ping();
  if (behaviour === 'newer') say({ type: 'welcome', version: 2 });
  if (behaviour !== 'stricter') return;
  if (!isForFriend) say({ type: 'welcome', version: 1, families: ['IPv4'] });
  const refusal = isForFriend ? { code: 'bad-message', message: 'why' } : { reason: 'bad-message', detail: 'why' };
  socket.on('message', () => say({ type: 'error', ...refusal }));
}

function pagesOfAll(): Pages {
  const built = builtPage();
  if (built === null) throw new Error('the page is not built: npm run build');
  const files = Object.entries(pageFiles(built));
  return Object.fromEntries(BEHAVIOURS.flatMap((name) => files.map(([path, page]) => [`/${name}${path}`, page])));
}

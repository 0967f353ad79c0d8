/** A simulated browser on real sockets of loopback, behind a NAT in miniature, and its page on a real WebSocket. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { NatProfile } from '../../../lab/profiles.ts';
import {
  openPageSocket,
  type PageHost,
  type PageWorld,
  type SimPageSocket,
} from '../../../lab/sim/browser/page-socket.ts';
import { dependencyKey } from '../../../lab/sim/nat/dependency-key.ts';
import { createRandom } from '../../../lab/sim/network/random.ts';
import type { NatcheckServer } from '../../../server/index.ts';
import { type Endpoint, formatEndpoint } from '../../../src/endpoint.ts';
import { BROWSER_SOCKETS, type BrowserSocket, PLACES } from '../../../src/nat/browser/places.ts';
import {
  BROWSER_PATH,
  BROWSER_VERSION,
  type PageMessage,
  type ServerMessage,
} from '../../../src/nat/browser/protocol.ts';
import { browserReport } from '../../../src/nat/browser/report.ts';
import type { FamilyReport } from '../../../src/nat/report.ts';
import { now } from '../../../src/net/driver.ts';
import { ownedByTest } from '../../owner/owned-by-test.ts';

const HOST = '127.0.0.1';
/** Where the browser thinks that its sockets are, behind its NAT. */
const INSIDE = { address: '192.168.1.2', port: 50_000 };

type Begun = Extract<ServerMessage, { readonly type: 'begun' }>;

export interface LoopbackBrowser {
  /** The server's endpoints, and its credentials for each socket. */
  readonly begun: Begun;
  /** Sends checks from now on, and gives the report. */
  readonly detect: () => Promise<FamilyReport>;
}

/** Opens the page, and has it begin a detection. */
export async function openLoopbackBrowser(
  server: NatcheckServer,
  nat: Pick<NatProfile, 'mapping' | 'filtering'>,
): Promise<LoopbackBrowser> {
  const timers = new Set<NodeJS.Timeout>();
  const bound: Socket[] = [];
  const webSocket = new WebSocket(`ws://${server.addresses[0]?.address}:${server.httpPort}/${BROWSER_PATH}`);
  ownedByTest({
    [Symbol.asyncDispose]: async () => {
      for (const timer of timers) clearTimeout(timer);
      for (const socket of bound) socket.close();
      webSocket.terminate();
    },
  });
  const world = worldOf(timers);
  const open = async (name: BrowserSocket): Promise<SimPageSocket> => {
    const host = await openNat(bound, nat);
    return openPageSocket(world, { host, kind: 'chromium', address: HOST, random: createRandom(1).fork(name) });
  };
  const sockets = { control: await open('control'), filtering: await open('filtering'), base: await open('base') };
  const { next, say } = talkOver(webSocket);
  await next('welcome');
  const credentials = {
    control: sockets.control.credentials,
    filtering: sockets.filtering.credentials,
    base: sockets.base.credentials,
  };
  say({ type: 'begin', version: BROWSER_VERSION, family: 'IPv4', sockets: credentials });
  const begun = await next('begun');
  return { begun, detect: () => detect({ sockets, begun, next, say }) };
}

interface Page extends ReturnType<typeof talkOver> {
  readonly sockets: Readonly<Record<BrowserSocket, SimPageSocket>>;
  readonly begun: Begun;
}

async function detect({ sockets, begun, next, say }: Page): Promise<FamilyReport> {
  for (const name of BROWSER_SOCKETS) {
    const places = name === 'control' ? PLACES : (['primary'] as const);
    sockets[name].check(
      begun.sockets[name],
      places.flatMap((place) => begun.endpoints[place] ?? []),
    );
  }
  // Silence counts from then on: a server may have to start a worker first.
  await next('seen');
  say({ type: 'started', family: 'IPv4' });
  const result = await next('result');
  const view = { hasUdp: true, isOwn: false, base: result.public, ports: [sockets.control.port] };
  return browserReport(result, view, null);
}

function worldOf(timers: Set<NodeJS.Timeout>): PageWorld {
  return {
    clock: {
      now,
      schedule: (at, action) => {
        const timer = setTimeout(
          () => {
            timers.delete(timer);
            action();
          },
          Math.max(0, at - now()),
        );
        timers.add(timer);
        return () => clearTimeout(timer);
      },
    },
  };
}

/** A host behind a NAT: a real socket for each mapping of its one socket, of which there are no more than the server has endpoints. */
async function openNat(
  bound: Socket[],
  { mapping, filtering }: Pick<NatProfile, 'mapping' | 'filtering'>,
): Promise<PageHost> {
  const free = PLACES.map(() => createSocket('udp4').bind(0, HOST));
  bound.push(...free);
  await Promise.all(free.map((socket) => once(socket, 'listening')));
  const mappings = new Map<string, Mapping>();
  const mappingTo = (to: Endpoint, receive: Receive): Mapping => {
    const key = dependencyKey(mapping, to);
    const [socket] = mappings.has(key) ? [] : free.splice(0, 1);
    if (socket) mappings.set(key, openMapping(socket, { filtering, receive }));
    const found = mappings.get(key);
    if (!found) throw new Error(`no socket is left for ${formatEndpoint(to)}`);
    return found;
  };
  return {
    open: (receive) => ({
      local: INSIDE,
      send: (to, bytes) => {
        const { socket, permitted } = mappingTo(to, receive);
        permitted.add(dependencyKey(filtering, to));
        socket.send(bytes, to.port, to.address);
        return null;
      },
      close: () => {},
    }),
  };
}

type Receive = Parameters<PageHost['open']>[0];

interface Mapping {
  readonly socket: Socket;
  /** What of their sources lets datagrams in. */
  readonly permitted: Set<string>;
}

function openMapping(
  socket: Socket,
  { filtering, receive }: { readonly filtering: NatProfile['filtering']; readonly receive: Receive },
): Mapping {
  const permitted = new Set<string>();
  socket.on('message', (bytes, { address, port }) => {
    if (permitted.has(dependencyKey(filtering, { address, port }))) receive({ address, port }, bytes);
  });
  return { socket, permitted };
}

/** What the server says, each kind from the first one on that was not asked for yet. */
function talkOver(socket: WebSocket) {
  const said: ServerMessage[] = [];
  const waiting = new Set<() => void>();
  socket.on('message', (data) => {
    said.push(JSON.parse(String(data)) as ServerMessage);
    for (const look of waiting) look();
  });
  return {
    say: (message: PageMessage) => socket.send(JSON.stringify(message)),
    next: <Type extends ServerMessage['type']>(type: Type): Promise<Extract<ServerMessage, { readonly type: Type }>> =>
      new Promise((resolve, reject) => {
        socket.once('error', reject);
        const look = (): void => {
          const found = said.find((one): one is Extract<ServerMessage, { readonly type: Type }> => one.type === type);
          if (!found) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
  };
}

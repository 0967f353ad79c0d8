/** The measuring of browsers over real WebSockets, and the UDP sockets that STUN has, be they in this process or in workers. */
import { randomBytes } from 'node:crypto';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Endpoint } from '../../src/endpoint.ts';
import { BROWSER_MESSAGE_MAX_BYTES } from '../../src/nat/browser/protocol.ts';
import { WEB_SOCKET_BOUNDS } from '../../src/net/rendezvous/web-socket-bounds.ts';
import { refuseUpgrade, type UpgradeRequest } from '../http/upgrades.ts';
import { sourceOf } from '../limit/source.ts';
import type { Layout } from '../stun/decisions/layout.ts';
import type { EndpointPair } from '../stun/decisions/responder.ts';
import { type Browsers, createBrowsers } from './decisions/browsers.ts';
import type { BrowserInput, BrowserOutput, PageFragment } from './decisions/input-output.ts';
import { pagesPerSource, TICK_MS } from './decisions/limits.ts';
import { placesOf } from './decisions/places.ts';

export type { PageFragment } from './decisions/input-output.ts';

/** How much may wait for a page that reads slowly before it is cut off. All that a page is told is less. */
const BUFFERED_MAX_BYTES = 64 * 1024;
const GOING_AWAY = 1001;
const POLICY = 1008;

export interface BrowserService extends AsyncDisposable, Pick<Browsers, 'population' | 'counts'> {
  /** Takes a WebSocket of a page. */
  readonly upgrade: (upgrade: UpgradeRequest) => void;
  /** Takes a datagram that came to one of the UDP sockets; false when it belongs to no page. */
  readonly take: (datagram: Uint8Array, arrival: EndpointPair) => boolean;
  /** The fragments that such datagrams may name now. */
  readonly fragments: () => readonly PageFragment[];
  /** Adds one who hears when they come and go. */
  readonly onFragment: (hear: HearFragment) => void;
}

export type HearFragment = (fragment: PageFragment, change: { readonly isThere: boolean }) => void;

interface State {
  readonly handle: (input: BrowserInput) => void;
  readonly webSockets: WebSocketServer;
  /** The sockets by the numbers of their pages. */
  readonly sockets: Map<number, WebSocket>;
  opened: number;
  isClosing: boolean;
}

/** Its disposal closes all of its connections. */
export function serveBrowsers({
  layouts,
  transmit,
  peersPerSource,
  now,
}: {
  /** With what is known of the partners now. */
  readonly layouts: () => readonly Layout[];
  readonly transmit: (from: Endpoint, to: Endpoint, bytes: Uint8Array) => void;
  /** How many peers of the rendezvous one source may have, which its pages follow. */
  readonly peersPerSource: number;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
}): BrowserService {
  const browsers = createBrowsers({
    ...{ places: () => placesOf(layouts()), randomBytes },
    pagesPerSource: pagesPerSource(peersPerSource),
  });
  const sockets = new Map<number, WebSocket>();
  const hearers: HearFragment[] = [];
  const handle = (input: BrowserInput): void => {
    for (const output of browsers.handle(now(), input)) {
      if (output.kind === 'transmit') transmit(output.from, output.to, output.bytes);
      else if (output.kind === 'fragment') for (const hear of hearers) hear(output, output);
      else carryOut(sockets.get(output.page), output);
    }
  };
  const bounds = { ...WEB_SOCKET_BOUNDS, maxPayload: BROWSER_MESSAGE_MAX_BYTES };
  const webSockets = new WebSocketServer({ ...bounds, noServer: true, clientTracking: false });
  const state: State = { handle, webSockets, sockets, opened: 0, isClosing: false };
  const ticking = setInterval(() => {
    if (sockets.size > 0) handle({ kind: 'tick' });
  }, TICK_MS).unref();
  return {
    upgrade: (asked) => upgrade(state, asked),
    take: (bytes, { local, remote }) => {
      if (remote.port === 0 || !browsers.isFor(bytes)) return false;
      handle({ kind: 'datagram', bytes, local, remote });
      return true;
    },
    fragments: browsers.fragments,
    onFragment: (hear) => void hearers.push(hear),
    population: browsers.population,
    counts: browsers.counts,
    [Symbol.asyncDispose]: async () => {
      state.isClosing = true;
      clearInterval(ticking);
      const ended = [...sockets.values()].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
      for (const socket of sockets.values()) socket.close(GOING_AWAY, 'the server is shutting down');
      await Promise.all(ended);
    },
  };
}

function upgrade(state: State, { request, socket, head }: UpgradeRequest): void {
  const { remoteAddress } = request.socket;
  if (state.isClosing) refuseUpgrade(socket, '503 Service Unavailable');
  else if (remoteAddress === undefined) socket.destroy();
  else state.webSockets.handleUpgrade(request, socket, head, (upgraded) => admit(state, upgraded, remoteAddress));
}

function admit(state: State, socket: WebSocket, remoteAddress: string): void {
  const { handle, sockets } = state;
  const page = state.opened++;
  sockets.set(page, socket);
  // After an error, for instance a message that is too long, the close that follows does all there is to do.
  socket.on('error', () => {});
  socket.on('message', (data, isBinary) => {
    if (socket.readyState === socket.OPEN) handle({ kind: 'message', page, text: isBinary ? null : String(data) });
  });
  socket.on('close', () => {
    sockets.delete(page);
    handle({ kind: 'closed', page });
  });
  handle({ kind: 'opened', page, source: sourceOf(remoteAddress) });
}

function carryOut(
  socket: WebSocket | undefined,
  output: Extract<BrowserOutput, { readonly kind: 'send' | 'close' }>,
): void {
  if (socket?.readyState !== socket?.OPEN) return;
  if (output.kind === 'send') socket?.send(JSON.stringify(output.message), () => {});
  else socket?.close(POLICY, output.reason);
  if (socket && socket.bufferedAmount > BUFFERED_MAX_BYTES) socket.terminate();
}

/** A detection over one family: three sockets of the browser, which the server watches and checks. */

import type { Endpoint, Family } from '../../src/endpoint.ts';
import { BROWSER_SOCKETS, type BrowserSocket, PLACES } from '../../src/nat/browser/places.ts';
import { BROWSER_VERSION, type BrowserResult, type ServerMessage } from '../../src/nat/browser/protocol.ts';
import { browserReport } from '../../src/nat/browser/report.ts';
import type { FamilyReport } from '../../src/nat/report.ts';
import type { Link } from './link.ts';
import { openSocket, type PageSocket } from './socket.ts';
import { within } from './test-error.ts';

/** How long the browser may take to make its sockets. */
const SOCKETS_MS = 4_000;
/** How long the server may take to its result: it needs 8 s at most (server/browser/decisions/limits.ts). */
const RESULT_MS = 15_000;
/** How long the browser may take to say what it knows, after the server has said all. */
const LAST_WORDS_MS = 2_000;

type Begun = Extract<ServerMessage, { readonly type: 'begun' }>;

/** @throws TestError when the server refuses or falls silent, or the connection to it ends; Error of a browser that makes no connection. */
export async function detect(link: Link, family: Family, host: string): Promise<FamilyReport> {
  const sockets = await within(SOCKETS_MS, 'no-webrtc', openSockets());
  try {
    const base = baseSeen(link, family);
    const asked = ask(link, family, sockets);
    const { begun, result } = await within(RESULT_MS, 'silent', Promise.race([asked, link.failed]));
    // Where nothing has come there is nothing to wait for.
    const known = Promise.all([sockets.base.isOwn, base]);
    const [isOwn, seen] = (result.isHeard && (await Promise.race([known, after(LAST_WORDS_MS)]))) || [null, null];
    const ports = sockets.control.ports();
    const { primary } = begun.endpoints;
    const server = primary ? { host, ...primary } : null;
    return browserReport(result, { hasUdp: ports.length > 0, isOwn, base: seen, ports }, server);
  } finally {
    for (const socket of Object.values(sockets)) socket.close();
  }
}

async function openSockets(): Promise<Readonly<Record<BrowserSocket, PageSocket>>> {
  const [control, filtering, base] = await Promise.all([openSocket(), openSocket(), openSocket()]);
  return { control, filtering, base };
}

async function ask(
  link: Link,
  family: Family,
  sockets: Readonly<Record<BrowserSocket, PageSocket>>,
): Promise<{ readonly begun: Begun; readonly result: BrowserResult }> {
  const heard = { begun: Promise.withResolvers<Begun>(), result: Promise.withResolvers<BrowserResult>() };
  const stop = link.listen((message) => {
    if (message.type === 'begun' && message.family === family) heard.begun.resolve(message);
    if (message.type === 'result' && message.family === family) heard.result.resolve(message);
  });
  try {
    const credentials = {
      control: sockets.control.credentials,
      filtering: sockets.filtering.credentials,
      base: sockets.base.credentials,
    };
    link.send({ type: 'begin', version: BROWSER_VERSION, family, sockets: credentials });
    const begun = await heard.begun.promise;
    await Promise.all(BROWSER_SOCKETS.map((name) => sockets[name].check(begun.sockets[name], placesFor(name, begun))));
    link.send({ type: 'started', family });
    return { begun, result: await heard.result.promise };
  } finally {
    stop();
  }
}

/** Resolves with the endpoint at which the server has seen the base socket, which may be later than the result. */
function baseSeen(link: Link, family: Family): Promise<Endpoint> {
  return new Promise((resolve) => {
    link.listen((message) => {
      if (message.type === 'seen' && message.family === family && message.socket === 'base') resolve(message.endpoint);
    });
  });
}

function placesFor(name: BrowserSocket, { endpoints }: Begun) {
  const places = name === 'control' ? PLACES : (['primary'] as const);
  return places.flatMap((place) => endpoints[place] ?? []);
}

function after(ms: number): Promise<null> {
  return new Promise((resolve) => setTimeout(() => resolve(null), ms));
}

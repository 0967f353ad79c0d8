/** The connection to the server that has served this page. */

import { BROWSER_PATH, type PageMessage, type ServerMessage, serverMessage } from '../../src/nat/browser/protocol.ts';
import { parseMessage } from '../../src/rendezvous/protocol/parse.ts';
import { whyUnreachable } from '../server/reach.ts';
import { openWebSocket } from '../server/web-socket.ts';
import { TestError, within } from './test-error.ts';

/** How long the WebSocket may take to open, and the server then to say its first word. */
const OPEN_MS = 10_000;
const WELCOME_MS = 5_000;

export interface Link {
  readonly send: (message: PageMessage) => void;
  /** Hears every message from now on; gives what ends that. */
  readonly listen: (hear: (message: ServerMessage) => void) => () => void;
  /** Never resolves, and rejects with a TestError when the server refuses, is not understood, or the connection ends. */
  readonly failed: Promise<never>;
  readonly close: () => void;
}

export interface LinkOptions {
  /**
   * Whether the test before has failed. Then the server is asked over HTTP first: Firefox has a WebSocket wait the longer, the more
   * of them have failed before it, and so also once the server is back.
   */
  readonly isRetry: boolean;
  /** Ends everything at once, with an error that means nothing. */
  readonly signal: AbortSignal;
}

type Welcome = Extract<ServerMessage, { readonly type: 'welcome' }>;

/** @throws TestError when there is no connection to be had, or the server refuses it. */
export async function openLink(
  page: string,
  { isRetry, signal }: LinkOptions,
): Promise<{ readonly link: Link; readonly welcome: Welcome }> {
  const problem = isRetry ? await whyUnreachable(page) : null;
  if (problem) throw new TestError(problem);
  signal.throwIfAborted();
  const socket = openWebSocket(BROWSER_PATH, page);
  if (!socket) throw new TestError('no-websocket');
  const link = linkOver(socket);
  signal.addEventListener('abort', link.close);
  const welcome = new Promise<Welcome>((resolve) => {
    link.listen((message) => message.type === 'welcome' && resolve(message));
  });
  try {
    await opened(socket, link.failed).catch(async () => {
      throw new TestError((await whyUnreachable(page)) ?? 'no-websocket');
    });
    return { link, welcome: await within(WELCOME_MS, 'silent', Promise.race([welcome, link.failed])) };
  } catch (error) {
    link.close();
    throw error;
  }
}

function linkOver(socket: WebSocket): Link {
  const listeners = new Set<(message: ServerMessage) => void>();
  const failed = Promise.withResolvers<never>();
  // Nobody may be waiting for it when it happens.
  failed.promise.catch(() => {});
  socket.addEventListener('close', ({ reason }) => failed.reject(new TestError('server-lost', reason)));
  socket.addEventListener('message', ({ data }) => {
    const parsed = parseMessage(serverMessage, String(data));
    if (!parsed.ok) failed.reject(new TestError('other-version'));
    else if (parsed.message.type === 'error') failed.reject(refusalOf(parsed.message));
    else for (const hear of listeners) hear(parsed.message);
  });
  return {
    send: (message) => socket.send(JSON.stringify(message)),
    listen: (hear) => {
      listeners.add(hear);
      return () => void listeners.delete(hear);
    },
    failed: failed.promise,
    close: () => {
      // The browser tells of the close later, and of a page that is left never.
      failed.reject(new TestError('server-lost'));
      socket.close();
    },
  };
}

function opened(socket: WebSocket, failed: Promise<never>): Promise<unknown> {
  const open = new Promise((resolve) => socket.addEventListener('open', resolve));
  return within(OPEN_MS, 'no-websocket', Promise.race([open, failed]));
}

function refusalOf({ reason, detail }: Extract<ServerMessage, { readonly type: 'error' }>): TestError {
  return reason === 'bad-message' ? new TestError('other-version') : new TestError('refused', detail);
}

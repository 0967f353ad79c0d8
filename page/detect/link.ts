/** The connection to the server that has served this page. */

import { BROWSER_PATH, type PageMessage, type ServerMessage, serverMessage } from '../../src/nat/browser/protocol.ts';
import { parseMessage } from '../../src/rendezvous/protocol/parse.ts';
import { TestError } from './test-error.ts';

export interface Link {
  readonly send: (message: PageMessage) => void;
  /** Hears every message from now on; gives what ends that. */
  readonly listen: (hear: (message: ServerMessage) => void) => () => void;
  /** Resolves with a sentence when the connection has ended. */
  readonly ended: Promise<string>;
  readonly close: () => void;
}

/** @throws TestError when there is no connection to be had, or the server refuses it. */
export async function openLink(page: string): Promise<{ readonly link: Link; readonly welcome: Welcome }> {
  const url = new URL(BROWSER_PATH, page);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  const socket = new WebSocket(url);
  const listeners = new Set<(message: ServerMessage) => void>();
  const ended = Promise.withResolvers<string>();
  const welcome = Promise.withResolvers<Welcome>();
  socket.addEventListener('close', ({ reason }) => ended.resolve(reason || 'the connection to the server has ended'));
  socket.addEventListener('message', ({ data }) => {
    const parsed = parseMessage(serverMessage, String(data));
    if (!parsed.ok) return;
    if (parsed.message.type === 'welcome') welcome.resolve(parsed.message);
    if (parsed.message.type === 'error') welcome.reject(new TestError('refused', parsed.message.detail));
    for (const hear of listeners) hear(parsed.message);
  });
  const link: Link = {
    send: (message) => socket.send(JSON.stringify(message)),
    listen: (hear) => {
      listeners.add(hear);
      return () => void listeners.delete(hear);
    },
    ended: ended.promise,
    close: () => socket.close(),
  };
  const first = await Promise.race([welcome.promise, ended.promise]);
  if (typeof first === 'string') throw new TestError('no-websocket', first);
  return { link, welcome: first };
}

type Welcome = Extract<ServerMessage, { readonly type: 'welcome' }>;

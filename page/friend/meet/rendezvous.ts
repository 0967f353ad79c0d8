/** The WebSocket to the rendezvous of the server that has served this page, at the very path of the page. */
import { MESSAGE_MAX_BYTES } from '../../../src/rendezvous/protocol/bounds.ts';
import type { ClientMessage } from '../../../src/rendezvous/protocol/client-message.ts';
import { parseMessage } from '../../../src/rendezvous/protocol/parse.ts';
import { serverMessage } from '../../../src/rendezvous/protocol/server-message.ts';
import type { MeetingInput } from './meeting.ts';

export interface Rendezvous {
  /** Without a connection the message is lost. */
  readonly send: (message: ClientMessage) => void;
  /** Tells nothing any more. */
  readonly close: () => void;
}

export function openRendezvous(page: string, tell: (input: MeetingInput) => void): Rendezvous {
  const url = new URL('.', page);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  const socket = new WebSocket(url);
  const ended = new AbortController();
  const { signal } = ended;
  socket.addEventListener('open', () => tell({ kind: 'open' }), { signal });
  socket.addEventListener('close', () => tell({ kind: 'closed' }), { signal });
  socket.addEventListener(
    'message',
    ({ data }) => {
      const text = String(data);
      if (text.length > MESSAGE_MAX_BYTES) return;
      const parsed = parseMessage(serverMessage, text);
      if (parsed.ok) tell({ kind: 'message', message: parsed.message });
    },
    { signal },
  );
  return {
    send: (message) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
    },
    close: () => {
      ended.abort();
      socket.close();
    },
  };
}

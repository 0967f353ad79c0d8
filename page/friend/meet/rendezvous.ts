/** The WebSocket to the rendezvous of the server that has served this page, at the very path of the page. */
import { MESSAGE_MAX_BYTES } from '../../../src/rendezvous/protocol/bounds.ts';
import type { ClientMessage } from '../../../src/rendezvous/protocol/client-message.ts';
import { parseMessage } from '../../../src/rendezvous/protocol/parse.ts';
import { serverMessage } from '../../../src/rendezvous/protocol/server-message.ts';
import { whyUnreachable } from '../../server/reach.ts';
import { openWebSocket } from '../../server/web-socket.ts';
import type { MeetingInput } from './meeting.ts';

export interface Rendezvous {
  /** Without a connection the message is lost. */
  readonly send: (message: ClientMessage) => void;
  /** Tells nothing any more. */
  readonly close: () => void;
}

export function openRendezvous(page: string, tell: (input: MeetingInput) => void): Rendezvous {
  const ended = new AbortController();
  let socket: WebSocket | null = null;
  // A WebSocket that fails has Firefox hold up the next ones (../../detect/link.ts): a server that is away is asked by HTTP alone.
  void whyUnreachable(page).then((problem) => {
    if (ended.signal.aborted) return;
    socket = problem ? null : openWebSocket('.', page);
    if (socket) hear(socket, { tell, signal: ended.signal });
    else tell({ kind: 'closed' });
  });
  return {
    send: (message) => {
      if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
    },
    close: () => {
      ended.abort();
      socket?.close();
    },
  };
}

function hear(
  socket: WebSocket,
  { tell, signal }: { readonly tell: (input: MeetingInput) => void; readonly signal: AbortSignal },
): void {
  socket.addEventListener('open', () => tell({ kind: 'open' }), { signal });
  socket.addEventListener('close', () => tell({ kind: 'closed' }), { signal });
  // A connection over a network that is gone may look open for minutes.
  addEventListener('offline', () => tell({ kind: 'closed' }), { signal });
  socket.addEventListener(
    'message',
    ({ data }) => {
      const text = String(data);
      if (text.length > MESSAGE_MAX_BYTES) return;
      const parsed = parseMessage(serverMessage, text);
      tell(parsed.ok ? { kind: 'message', message: parsed.message } : { kind: 'unreadable' });
    },
    { signal },
  );
}

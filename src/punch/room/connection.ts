/** The connection of a room to the rendezvous, which is replaced when it is lost. */
import { scopeOf } from '../../address-scope.ts';
import type { RendezvousClient } from '../../net/rendezvous/client.ts';
import { type JoinOptions, joinRendezvous } from '../../net/rendezvous/join.ts';
import type { IntroductionInput } from '../../rendezvous/introduction/output.ts';
import type { ClientMessage } from '../../rendezvous/protocol/client-message.ts';

export type ConnectionOptions = Omit<JoinOptions, 'resumeKey' | 'onOpen' | 'signal'>;

/** What becomes of a connection, and what comes over it. */
type ConnectionInput = Extract<
  IntroductionInput<never>,
  { readonly kind: 'joined' | 'not-joined' | 'message' | 'closed' }
>;

export interface Connection extends AsyncDisposable {
  readonly [Symbol.asyncDispose]: () => Promise<void>;
  /** Opens a connection and joins, in place of any earlier connection, and tells what becomes of it and what comes over it. */
  readonly join: (resumeKey: string | undefined, tell: (input: ConnectionInput) => void) => Promise<void>;
  /** Sends the message over the current connection; without one the message is lost. */
  readonly say: (message: ClientMessage) => void;
  /** Whether everybody on the way to the server can read the messages: over ws, unless the server is on this host. */
  readonly isOverheard: () => boolean;
}

/** Where only the host is known, the first URL that was opened is used from then on. */
export function createConnection(options: ConnectionOptions, signal: AbortSignal): Connection {
  let client: RendezvousClient | null = null;
  let { url } = options;
  const onOpen = (opened: string): void => {
    url = opened;
  };
  return {
    join: async (resumeKey, tell) => {
      const result = await joinRendezvous({ ...options, url, resumeKey, onOpen, signal });
      if (result.outcome !== 'joined') return tell({ kind: 'not-joined', ...result });
      client = result.client;
      // The room was left while it was joining.
      if (signal.aborted) return client[Symbol.asyncDispose]();
      tell({ kind: 'joined', joined: client.joined, address: client.address });
      client.onEvent((event) =>
        tell(event.type === 'closed' ? { kind: 'closed', ...event } : { kind: 'message', message: event }),
      );
    },
    say: (message) => client?.say(message),
    isOverheard: () => {
      const isSecure = typeof url === 'string' && url.startsWith('wss:');
      return client !== null && !isSecure && scopeOf(client.address) !== 'loopback';
    },
    [Symbol.asyncDispose]: async () => client?.[Symbol.asyncDispose](),
  };
}

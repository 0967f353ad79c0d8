/** The connection to the rendezvous that a room has, one after the other. */
import { scopeOf } from '../../address-scope.ts';
import type { RendezvousClient } from '../../net/rendezvous/client.ts';
import { type JoinOptions, joinRendezvous } from '../../net/rendezvous/join.ts';
import type { IntroductionInput } from '../../rendezvous/introduction/output.ts';
import type { ClientMessage } from '../../rendezvous/protocol/client-message.ts';

export type ConnectionOptions = Omit<JoinOptions, 'resumeKey' | 'onOpen' | 'signal'>;

/** What comes of a connection, and over it. */
type ConnectionInput = Extract<
  IntroductionInput<never>,
  { readonly kind: 'joined' | 'not-joined' | 'message' | 'closed' }
>;

export interface Connection extends AsyncDisposable {
  readonly [Symbol.asyncDispose]: () => Promise<void>;
  /** Opens a connection and joins, in place of any before; what comes of it, and over it, is told. */
  readonly join: (resumeKey: string | undefined, tell: (input: ConnectionInput) => void) => Promise<void>;
  /** Says it over the connection that there is, or to nobody. */
  readonly say: (message: ClientMessage) => void;
  /** Whether everybody on the way to the server reads what is said: over ws, except to this very host. */
  readonly isOverheard: () => boolean;
}

/** Where only the host was known, the URL that was opened first is the one for good. */
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
      // Disposed of while it was joining.
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

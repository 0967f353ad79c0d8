/** The connection of a room to a natcheck server. */
import { scopeOf } from '../../address-scope.ts';
import type { RendezvousClient } from '../../net/rendezvous/client.ts';
import { type JoinOptions, joinRendezvous } from '../../net/rendezvous/join.ts';
import type { RoomSeat } from '../options.ts';
import type { Connection } from './connection.ts';

export interface ServerConnectionOptions extends Omit<JoinOptions, 'resumeKey' | 'onOpen' | 'signal'> {
  readonly seat?: RoomSeat | undefined;
}

/** Where only the host is known, the first URL that was opened is used from then on. */
export function serverConnection(options: ServerConnectionOptions, signal: AbortSignal): Connection {
  let client: RendezvousClient | null = null;
  let { url } = options;
  const { seat, ...joining } = options;
  const onOpen = (opened: string): void => {
    url = opened;
  };
  return {
    join: async (resumeKey, tell) => {
      const key = resumeKey ?? seat?.resumeKey;
      const result = await joinRendezvous({ ...joining, url, resumeKey: key, onOpen, signal });
      if (result.outcome !== 'joined') return tell({ kind: 'not-joined', ...result });
      client = result.client;
      if (seat) seat.resumeKey = client.joined.resumeKey;
      // The room was left while it was joining.
      if (signal.aborted) return client[Symbol.asyncDispose]();
      tell({ kind: 'joined', joined: client.joined, address: client.address });
      client.onEvent((event) =>
        tell(event.type === 'closed' ? { kind: 'closed', ...event } : { kind: 'message', message: event }),
      );
    },
    say: (message) => client?.say(message),
    seen: () => {},
    isOverheard: () => {
      const isSecure = typeof url === 'string' && url.startsWith('wss:');
      return client !== null && !isSecure && scopeOf(client.address) !== 'loopback';
    },
    [Symbol.asyncDispose]: async () => client?.[Symbol.asyncDispose](),
  };
}

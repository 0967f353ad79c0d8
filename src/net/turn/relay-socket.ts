/** A TURN client on an open transport: once it has an allocation, a socket that is bound on the server. */
import { randomBytes } from 'node:crypto';
import type { Endpoint, Family } from '../../endpoint.ts';
import { createTurnClient } from '../../turn/client.ts';
import type { TurnCredentials } from '../../turn/credentials.ts';
import type { Alternate, TurnEvent, TurnFailure } from '../../turn/event.ts';
import { now, startDriver } from '../driver.ts';
import type { UdpSocket } from '../udp-socket.ts';
import type { TurnTransport } from './transport.ts';

/** The transport's name in the client. */
const TURN_SOCKET = 'turn';

/**
 * `local` is the relayed endpoint: what peers send to comes out of `onDatagram`, what is sent goes to them from there. A send
 * fails with `EACCES` when the server does not relay to that address, with `ENOTCONN` when the relay is lost.
 */
export interface RelaySocket extends UdpSocket {
  readonly relayed: Endpoint;
  /** The own endpoint as the server sees it: a relayed candidate's related address (RFC 8839 §5.1). */
  readonly mapped: Endpoint;
  /** The server's own endpoint. */
  readonly server: Endpoint;
  /** Sets the one that is told when the allocation is lost; at once when it is lost already. */
  readonly onLost: (receive: (failure: TurnFailure) => void) => void;
}

export type RelayEvent = Exclude<TurnEvent, { readonly kind: 'data' }>;

export type Allocated =
  | { readonly outcome: 'open'; readonly relay: RelaySocket }
  | ({ readonly outcome: 'failed'; readonly alternate: Alternate | null } & TurnFailure);

/**
 * Asks for an allocation. The transport is the relay's from now on; without one it is closed.
 * @throws the signal's reason when aborted, after giving back what the server had given; what `onEvent` throws. A receiver
 * that throws later ends the relay, and disposing of it rejects with that.
 */
export async function allocateRelay(options: {
  readonly transport: TurnTransport;
  readonly credentials: TurnCredentials;
  readonly family?: Family | undefined;
  readonly onEvent?: ((event: RelayEvent) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}): Promise<Allocated> {
  const { transport, credentials, family, onEvent = () => {}, signal } = options;
  const { server, isStream } = transport;
  const client = createTurnClient({ server, socket: TURN_SOCKET, isStream, credentials, family, randomBytes });
  const allocation = Promise.withResolvers<Extract<TurnEvent, { kind: 'allocated' | 'failed' }>>();
  let receive = (_bytes: Uint8Array, _from: Endpoint): void => {};
  let tell = (_failure: TurnFailure): void => {};
  let lost: TurnFailure | null = null;

  const take = (event: TurnEvent): void => {
    if (event.kind === 'data') {
      receive(event.bytes, event.from);
      return;
    }
    onEvent(event);
    if (event.kind === 'allocated' || event.kind === 'failed') allocation.resolve(event);
    if (event.kind !== 'lost') return;
    lost = event;
    tell(event);
  };
  const driver = startDriver({
    session: client,
    sockets: { [TURN_SOCKET]: transport },
    onOutput: ({ event }) => take(event),
  });
  let isBroken = false;
  driver.result.catch((error: unknown) => {
    isBroken = true;
    allocation.reject(error);
  });
  transport.onClose((code) => driver.wake(() => client.handleDisconnect(now(), code)));
  const close = async (): Promise<void> => {
    try {
      driver.wake(() => client.close(now()));
      await driver.result;
    } finally {
      await transport[Symbol.asyncDispose]();
    }
  };

  const abort = (): void => allocation.reject(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  if (signal?.aborted) abort();
  try {
    const event = await allocation.promise;
    if (event.kind === 'failed') {
      await close();
      return { outcome: 'failed', ...failureIn(event), alternate: event.alternate };
    }
    const { relayed, mapped } = event;
    const relay: RelaySocket = {
      local: relayed,
      relayed,
      mapped,
      server,
      send: (bytes, to, onFailure) => {
        const refusal = isBroken ? 'ENOTCONN' : client.send(now(), to, bytes);
        if (refusal) onFailure(refusal);
        else driver.wake();
      },
      onDatagram: (next) => {
        receive = next;
      },
      onLost: (next) => {
        tell = (failure) => next(failureIn(failure));
        if (lost) tell(lost);
      },
      [Symbol.asyncDispose]: close,
    };
    return { outcome: 'open', relay };
  } catch (error) {
    await close();
    throw error;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

function failureIn({ reason, code, detail }: TurnFailure): TurnFailure {
  return { reason, code, detail };
}

/** Drives the handshake over a carrier, and hands the datagrams that are none of it to whoever comes next. */
import { startMachine } from '../../net/machine.ts';
import { pause } from '../../net/waits.ts';
import { isCall } from '../../punch/attempt/health/measurement.ts';
import { explainEnd } from '../../punch/path/end.ts';
import type { Carrier } from '../carrier.ts';
import type { Agreement } from '../handshake/agreement.ts';
import type { HandshakeFailure, HandshakeInput, HandshakeOptions, HandshakeOutput } from '../handshake/contract.ts';
import { failureWhenLeft, OTHER_SIDE_GRACE_MS } from '../handshake/failure.ts';
import { createHandshake } from '../handshake/handshake.ts';
import type { Identity } from '../handshake/identity.ts';
import type { ShakenCarrier } from './create-session.ts';
import { SEALED_TYPE } from './datagram/sealed-datagram.ts';

export type ShakeOptions = Pick<HandshakeOptions, 'library' | 'identity' | 'payload' | 'timeoutMs'> & {
  readonly signal: AbortSignal | undefined;
};

export type Shaken =
  | ({ readonly kind: 'agreed'; readonly agreement: Agreement } & ShakenCarrier)
  | { readonly kind: 'failed'; readonly failure: HandshakeFailure };

type Outcome = Exclude<HandshakeOutput, { kind: 'send' }>;

/**
 * Leaves the carrier open, whatever comes of it.
 * @throws the signal's reason when aborted.
 */
export async function shakeHands(carrier: Carrier, { signal, ...options }: ShakeOptions): Promise<Shaken> {
  signal?.throwIfAborted();
  const { role, binding } = carrier;
  const outcome = Promise.withResolvers<Outcome>();
  const running = startMachine<HandshakeInput, HandshakeOutput>({
    machine: createHandshake({ ...options, role, binding, rttMs: carrier.rttMs() }),
    obey: (output) => {
      if (output.kind === 'send') carrier.send(output.bytes);
      else outcome.resolve(output);
    },
  });
  // What has come already is handed in as soon as there is a receiver, and a machine that has not begun would drop it.
  running.tell({ kind: 'start' });
  let receiver: ((bytes: Uint8Array) => void) | null = null;
  carrier.onDatagram((bytes) => {
    if (bytes[0] === SEALED_TYPE) receiver?.(bytes);
    // With a code, whoever runs natcheck punch is not in the room: the datagram is a stranger's.
    else if (options.identity.kind === 'anyone' && isCall(bytes)) running.tell({ kind: 'measured' });
    else running.tell({ kind: 'datagram', bytes });
  });
  const stop = (): void => outcome.reject(signal?.reason);
  signal?.addEventListener('abort', stop, { once: true });
  const over = new AbortController();
  try {
    const result = await Promise.race([
      outcome.promise,
      running.broken,
      lostDuring(carrier, options.identity, over.signal),
    ]);
    if (result.kind === 'failed') running[Symbol.dispose]();
    if (result.kind === 'failed') return result;
    return {
      ...{ kind: 'agreed', agreement: result.agreement, carrier },
      onSealed: (receive) => {
        receiver = receive;
      },
      [Symbol.asyncDispose]: async () => {
        running[Symbol.dispose]();
        await carrier[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    running[Symbol.dispose]();
    throw error;
  } finally {
    over.abort();
    signal?.removeEventListener('abort', stop);
  }
}

async function lostDuring(carrier: Carrier, identity: Identity, signal: AbortSignal): Promise<Outcome> {
  const end = await carrier.closed;
  // A peer of another version leaves when its own grace is over: what this side has heard of that says more.
  await pause(OTHER_SIDE_GRACE_MS, signal);
  if (end.reason === 'peer-left') return { kind: 'failed', failure: failureWhenLeft(identity) };
  const detail = `the path was lost during the handshake: ${explainEnd(end)}`;
  return { kind: 'failed', failure: { reason: 'timeout', detail } };
}

/**
 * A pipe through a tunnel: one stream both ways, each direction ended by itself. It is complete when both have ended and each
 * side knows that the other has written every byte.
 */
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { now } from '../../net/driver.ts';
import { pause } from '../../net/waits.ts';
import { StreamRefusedError } from '../errors.ts';
import type { StreamOffer, Tunnel, TunnelEnd, TunnelStream } from '../tunnel.ts';
import { explainLoss, type PipeCounts, type PipeOutcome } from './outcome.ts';
import { createReceipts, decodeReceipt, encodeReceipt } from './receipt.ts';
import { formatRequest, type PipeRequest, parseRequest } from './request.ts';

/** How long the initiator may take to open the pipe: it does so at once. */
const OPEN_MAX_MS = 10_000;

export interface PipeOptions {
  readonly tunnel: Tunnel;
  /** The initiator opens the stream. */
  readonly role: 'initiator' | 'responder';
  readonly input: Readable;
  /** It is ended when the other side has, and everything is written. */
  readonly output: Writable;
  readonly signal?: AbortSignal | undefined;
}

export interface Pipe {
  readonly counts: () => PipeCounts;
  /** Resolves to how it has ended; rejects with the signal's reason, or with a bug. The tunnel still belongs to the caller. */
  readonly outcome: Promise<PipeOutcome>;
}

interface State extends PipeOptions {
  readonly stream: PromiseWithResolvers<TunnelStream>;
  readonly failed: PromiseWithResolvers<never>;
  /** Resolves when the other side has said that it has everything. */
  readonly acknowledged: PromiseWithResolvers<void>;
  readonly receipts: ReturnType<typeof createReceipts>;
  sent: number;
  confirmed: number;
  received: number;
  /** How much of it has been written. */
  written: number;
  /** Whether this side's input, and the other side's, has ended. */
  hasSentAll: boolean;
  hasEnded: boolean;
  isAcknowledged: boolean;
}

/** Something that ends the pipe before it is complete. */
class PipeBroken extends Error {
  readonly isStopped: boolean;

  constructor(cause: string, { isStopped = false }: { readonly isStopped?: boolean } = {}) {
    super(cause);
    this.isStopped = isStopped;
  }
}

/** Starts the pipe, whose tunnel is used for nothing else from now on. */
export function startPipe(options: PipeOptions): Pipe {
  const state: State = {
    ...options,
    stream: Promise.withResolvers(),
    failed: Promise.withResolvers(),
    acknowledged: Promise.withResolvers(),
    receipts: createReceipts(),
    ...{ sent: 0, confirmed: 0, received: 0, written: 0 },
    ...{ hasSentAll: false, hasEnded: false, isAcknowledged: false },
  };
  for (const { promise } of [state.stream, state.failed]) promise.catch(() => {});
  const abort = (): void => state.failed.reject(options.signal?.reason);
  options.signal?.addEventListener('abort', abort, { once: true });
  if (options.signal?.aborted) abort();
  state.tunnel.onOffer((offer) => handleOffer(state, offer));
  void state.tunnel.closed.then((end) => handleClosed(state, end));
  const outcome = run(state).finally(() => options.signal?.removeEventListener('abort', abort));
  return { counts: () => countsOf(state), outcome };
}

function countsOf({ sent, confirmed, received }: State): PipeCounts {
  return { sent, confirmed, received };
}

async function run(state: State): Promise<PipeOutcome> {
  const { failed, input } = state;
  try {
    const stream = await Promise.race([open(state), failed.promise]);
    const work = [send(state, stream), receive(state, stream), state.acknowledged.promise];
    for (const one of work) one.catch(() => {});
    await Promise.race([Promise.all(work), failed.promise]);
    return { outcome: 'complete', ...countsOf(state) };
  } catch (error) {
    if (state.signal?.aborted || !(error instanceof PipeBroken)) throw error;
    if (error.isStopped) return { outcome: 'stopped', ...countsOf(state) };
    const { hasEnded } = state;
    return {
      outcome: 'failed',
      detail: explainLoss(error.message, { ...countsOf(state), hasEnded }),
      ...countsOf(state),
    };
  } finally {
    input.destroy();
  }
}

async function open(state: State): Promise<TunnelStream> {
  const { tunnel, role, signal } = state;
  if (role === 'initiator') {
    const stream = await tunnel.open(formatRequest({ kind: 'pipe' }), signal).catch((error: unknown) => {
      if (error instanceof StreamRefusedError) throw new PipeBroken(`the peer does not want a pipe: ${error.message}`);
      throw new PipeBroken('the connection has ended before there was a pipe');
    });
    return watched(state, stream);
  }
  const late = new AbortController();
  const wait = pause(OPEN_MAX_MS, late.signal).then(() => {
    throw new PipeBroken('the peer does not open a pipe: is natcheck pipe what runs there?');
  });
  try {
    return watched(state, await Promise.race([state.stream.promise, wait]));
  } finally {
    late.abort();
    wait.catch(() => {});
  }
}

/** Follows what the stream says of its own end. */
function watched(state: State, stream: TunnelStream): TunnelStream {
  stream.on('error', (error: Error) => state.failed.reject(new PipeBroken(visibleCause(error))));
  stream.onDatagram((bytes) => {
    const count = decodeReceipt(bytes);
    if (count !== null && count <= state.sent) state.confirmed = Math.max(state.confirmed, count);
  });
  return stream;
}

function visibleCause({ message }: Error): string {
  return message || 'the stream has broken off';
}

function handleOffer(state: State, offer: StreamOffer): void {
  const request = parseRequest(offer.request);
  switch (request?.kind) {
    case 'pipe':
      if (state.role === 'responder') state.stream.resolve(offer.accept());
      else offer.refuse('this side opens the pipe');
      break;
    case 'received':
    case 'stopped':
      settle(offer.accept());
      handleWord(state, request);
      break;
    case undefined:
      offer.refuse('this side runs natcheck pipe, and exposes nothing');
  }
}

/** Handles what the other side tells. A count that cannot be is no reason to believe it. */
function handleWord(state: State, { kind, bytes }: Exclude<PipeRequest, { readonly kind: 'pipe' }>): void {
  if (bytes > state.sent) return;
  state.confirmed = Math.max(state.confirmed, bytes);
  if (kind === 'stopped') {
    state.failed.reject(new PipeBroken('the other side has stopped reading'));
    return;
  }
  if (!state.hasSentAll || bytes !== state.sent) return;
  state.isAcknowledged = true;
  state.acknowledged.resolve();
}

/** A stream that has told all by being opened. */
function settle(stream: TunnelStream): void {
  stream.on('error', () => {});
  stream.resume();
  stream.end();
}

function handleClosed(state: State, end: TunnelEnd): void {
  state.failed.reject(new PipeBroken(causeOf(end)));
}

function causeOf(end: TunnelEnd): string {
  switch (end.reason) {
    case 'peer-left':
      return 'the peer has left';
    case 'path-lost':
      return `the connection was lost and did not come back (${end.detail})`;
    case 'peer-restarted':
      return 'the peer has started anew';
    case 'own-end':
      return 'the pipe was ended';
  }
}

async function send(state: State, stream: TunnelStream): Promise<void> {
  for await (const chunk of state.input as AsyncIterable<Uint8Array>) {
    state.sent += chunk.length;
    if (!stream.write(chunk)) await once(stream, 'drain');
  }
  state.hasSentAll = true;
  stream.end();
  await finished(stream, { readable: false });
}

async function receive(state: State, stream: TunnelStream): Promise<void> {
  const { output } = state;
  const stop = (): void => void stopReading(state);
  output.on('error', stop);
  // The stream is not destroyed where this direction ends, since the other one may go on.
  for await (const chunk of stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>) {
    state.received += chunk.length;
    const takes = output.write(chunk, (error) => {
      if (error) return;
      state.written += chunk.length;
      if (state.receipts(now(), state.written)) stream.sendDatagram(encodeReceipt(state.written));
    });
    if (!takes) await once(output, 'drain');
  }
  state.hasEnded = true;
  output.end();
  await finished(output, { readable: false });
  await say(state, { kind: 'received', bytes: state.received });
}

/** Nobody reads here any more: says so, and ends. */
async function stopReading(state: State): Promise<void> {
  await say(state, { kind: 'stopped', bytes: state.written }).catch(() => {});
  state.failed.reject(new PipeBroken('nobody reads here any more', { isStopped: true }));
}

/** Resolves when the other side is known to have heard it, or has left: it does that once it has all that it needs. */
async function say(state: State, request: PipeRequest): Promise<void> {
  const stream = await state.tunnel.open(formatRequest(request), state.signal).catch((error: unknown) => {
    if (state.isAcknowledged) return null;
    throw error;
  });
  if (stream) settle(stream);
}

/**
 * A pipe through a tunnel: one stream both ways, each direction ended by itself. It is complete when both have ended and each
 * side knows that the other has written every byte.
 */
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { now } from '../../net/driver.ts';
import { pause } from '../../net/waits.ts';
import { StreamRefusedError } from '../errors.ts';
import type { TunnelStream } from '../tunnel.ts';
import { asBroken, brokenBy, brokenByOutput, PipeBroken } from './broken.ts';
import { explainLoss, type PipeCounts, type PipeOutcome } from './outcome.ts';
import { encodeReceipt } from './receipt.ts';
import { formatRequest } from './request.ts';
import { countsOf, createState, fail, type PipeOptions, type State } from './state.ts';
import { handleOffer, hearReceipt, say } from './word.ts';

/** How long the initiator may take to open the pipe, which it does at once. */
const OPEN_MAX_MS = 10_000;

export interface Pipe {
  readonly counts: () => PipeCounts;
  /** Resolves to how it has ended; rejects with the signal's reason, or with a bug. */
  readonly outcome: Promise<PipeOutcome>;
}

/** Starts the pipe. The tunnel is used for nothing else from now on, and still belongs to the caller. */
export function startPipe(options: PipeOptions): Pipe {
  const state = createState(options);
  const { tunnel, signal } = options;
  const abort = (): void => state.failed.reject(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  if (signal?.aborted) abort();
  tunnel.onOffer((offer) => handleOffer(state, offer));
  void tunnel.closed.then((end) => fail(state, brokenBy(end)));
  const outcome = run(state).finally(() => signal?.removeEventListener('abort', abort));
  return { counts: () => countsOf(state), outcome };
}

async function run(state: State): Promise<PipeOutcome> {
  const outcome = await carry(state).catch((error: unknown) => {
    state.input.destroy();
    throw error;
  });
  // Another pipe can begin with it.
  if (outcome.outcome !== 'not-begun') state.input.destroy();
  return outcome;
}

async function carry(state: State): Promise<PipeOutcome> {
  const { failed, acknowledged } = state;
  try {
    const stream = await Promise.race([open(state), failed.promise]);
    state.hasBegun = true;
    state.onBegun?.();
    stream.on('error', (error) => fail(state, asBroken(error)));
    stream.onDatagram((bytes) => hearReceipt(state, bytes));
    const work = [send(state, stream), receive(state, stream), acknowledged.promise];
    await Promise.race([Promise.all(work), failed.promise]);
    return { outcome: 'complete', ...countsOf(state) };
  } catch (error) {
    return outcomeAfter(state, error);
  } finally {
    state.isOver = true;
  }
}

/** @throws the error, unless it is what ends a pipe. */
function outcomeAfter(state: State, error: unknown): PipeOutcome {
  const counts = countsOf(state);
  if (state.signal?.aborted || !(error instanceof PipeBroken)) throw error;
  if (error.isTunnelOver && !state.hasBegun) return { outcome: 'not-begun', ...counts };
  if (error.isStopped) return { outcome: 'stopped', ...counts };
  return {
    outcome: 'failed',
    detail: explainLoss(error.message, { ...counts, hasEnded: state.hasEnded }),
    ...counts,
  };
}

async function open(state: State): Promise<TunnelStream> {
  if (state.role === 'responder') return openedByPeer(state);
  return await state.tunnel.open(formatRequest({ kind: 'pipe' }), state.signal).catch((error: unknown) => {
    if (error instanceof StreamRefusedError) throw new PipeBroken(`the peer does not want a pipe: ${error.message}`);
    throw asBroken(error);
  });
}

async function openedByPeer({ offered }: State): Promise<TunnelStream> {
  const over = new AbortController();
  const late = pause(OPEN_MAX_MS, over.signal).then(() => {
    throw new PipeBroken('the peer does not open a pipe: does natcheck pipe run there?');
  });
  late.catch(() => {});
  try {
    return await Promise.race([offered.promise, late]);
  } finally {
    over.abort();
  }
}

async function send(state: State, stream: TunnelStream): Promise<void> {
  const { input } = state;
  input.once('error', ({ message }) => fail(state, new PipeBroken(`the input cannot be read (${message})`)));
  try {
    for await (const chunk of input as AsyncIterable<Uint8Array>) {
      state.sent += chunk.length;
      if (!stream.write(chunk)) await once(stream, 'drain');
    }
    state.hasSentAll = true;
    stream.end();
    await finished(stream, { readable: false });
  } catch (error) {
    // Whoever has spoilt the input or the stream has said why.
    if (input.errored) await state.failed.promise;
    throw asBroken(error);
  }
}

async function receive(state: State, stream: TunnelStream): Promise<void> {
  const { output } = state;
  output.once('error', (error) => void stop(state, error));
  try {
    // The stream is not destroyed where this direction ends, since the other one may go on.
    for await (const chunk of stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>) {
      if (state.isOver) return;
      state.received += chunk.length;
      const isTaken = output.write(chunk, (error) => error || confirmWritten(state, stream, chunk.length));
      if (!isTaken) await once(output, 'drain');
    }
    state.hasEnded = true;
    output.end();
    await finished(output, { readable: false });
    state.hasWrittenAll = true;
  } catch (error) {
    if (output.errored) await state.failed.promise;
    throw asBroken(error);
  }
  await say(state, { kind: 'received', bytes: state.received }).catch((error: unknown) => {
    throw asBroken(error);
  });
}

function confirmWritten(state: State, stream: TunnelStream, bytes: number): void {
  state.written += bytes;
  if (state.isReceiptDue(now(), state.written)) stream.sendDatagram(encodeReceipt(state.written));
}

/** Nothing can be written here any more: says so, and ends. */
async function stop(state: State, error: NodeJS.ErrnoException): Promise<void> {
  await say(state, { kind: 'stopped', bytes: state.written }).catch(() => {});
  fail(state, brokenByOutput(error));
}

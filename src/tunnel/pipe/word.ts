/** What the two sides of a pipe tell each other beside it: that everything has arrived, or that nobody reads any more. */
import type { StreamOffer, TunnelStream } from '../tunnel.ts';
import { PipeBroken } from './broken.ts';
import { decodeReceipt } from './receipt.ts';
import { formatRequest, type PipeRequest, parseRequest } from './request.ts';
import { fail, type State } from './state.ts';

type Word = Exclude<PipeRequest, { readonly kind: 'pipe' }>;

/** Resolves when the other side has heard it, or has left with all that it needs. @throws what `open` of a tunnel throws. */
export async function say(state: State, word: Word): Promise<void> {
  const stream = await state.tunnel.open(formatRequest(word), state.signal).catch((error: unknown) => {
    if (state.isAcknowledged) return null;
    throw error;
  });
  if (stream) settle(stream);
}

export function handleOffer(state: State, offer: StreamOffer): void {
  const request = parseRequest(offer.request);
  switch (request?.kind) {
    case 'pipe':
      takePipe(state, offer);
      break;
    case 'received':
    case 'stopped':
      settle(offer.accept());
      hear(state, request);
      break;
    case undefined:
      offer.refuse('natcheck pipe runs here, which exposes nothing');
  }
}

function takePipe(state: State, offer: StreamOffer): void {
  if (state.role === 'initiator') offer.refuse('the other side opens the pipe');
  else if (state.isOpened) offer.refuse('there is a pipe already');
  else state.offered.resolve(offer.accept());
  state.isOpened = true;
}

/** Takes a receipt. A count that cannot be is not believed. */
export function hearReceipt(state: State, bytes: Uint8Array): void {
  const count = decodeReceipt(bytes);
  if (count !== null) confirm(state, count);
}

function hear(state: State, { kind, bytes }: Word): void {
  if (!confirm(state, bytes)) return;
  if (kind === 'stopped') {
    fail(state, new PipeBroken('the other side has stopped reading'));
    return;
  }
  if (!state.hasSentAll || bytes !== state.sent) return;
  state.isAcknowledged = true;
  state.acknowledged.resolve();
}

function confirm(state: State, count: number): boolean {
  if (count > state.sent) return false;
  state.confirmed = Math.max(state.confirmed, count);
  return true;
}

/** Ends a stream that has told all by being opened. */
function settle(stream: TunnelStream): void {
  stream.on('error', () => {});
  stream.resume();
  stream.end();
}

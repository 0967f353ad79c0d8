/** Uses an open path: drives the probes and the transfers over its channels, passes chat on, and bounds what the friend may say. */

import type { Channels } from '../path/connection.ts';
import { createAllowance } from './allowance.ts';
import { type PathMessage, readPathMessage } from './message.ts';
import { createProbing, type Measured, type Probing } from './probing.ts';
import {
  createTransfer,
  handleTransfer,
  maySend,
  type Throughput,
  type TransferInput,
  type TransferOutput,
  transferWakeAt,
} from './transfer.ts';

/** What all browsers send in one message (RFC 8831 §6.6). */
const CHUNK = new Uint8Array(16 * 1024);
/** How much waits in the browser at most, and when there is room for more. */
const BUFFERED_MAX_BYTES = 1024 * 1024;
const BUFFERED_LOW_BYTES = 256 * 1024;
const END = 'end';
/** The most that is heard of a friend. Its page sends less: 20 probes and 20 answers in two seconds, and chat below that. */
const TALK = { atOnce: 30, perSecond: 10 } as const;
const PROBES = { atOnce: 60, perSecond: 30 } as const;
const CHAT = { atOnce: 5, perSecond: 1 } as const;

export interface PathUse {
  /** Resolves when all probes are answered, or are not waited for any more. */
  readonly measure: () => Promise<Measured>;
  readonly transfer: () => void;
  /** Returns whether the line was sent: there are so many per second at most. */
  readonly chat: (text: string) => boolean;
  readonly close: () => void;
}

export interface PathNews {
  readonly onChat: (text: string) => void;
  /** The friend says more than is heard; called again and again. */
  readonly onFlood: () => void;
  readonly onTransfer: (
    news: { readonly is: 'sending' | 'receiving' } | { readonly is: 'done'; readonly throughput: Throughput },
  ) => void;
}

export function usePath(channels: Channels, news: PathNews, { givesWay }: { readonly givesWay: boolean }): PathUse {
  const ended = new AbortController();
  const { signal } = ended;
  const now = (): number => performance.now();
  const say = (channel: RTCDataChannel, message: PathMessage): void => {
    if (channel.readyState === 'open') channel.send(JSON.stringify(message));
  };
  const transfer = driveTransfer(channels, { say: (message) => say(channels.talk, message), news, signal, givesWay });
  const probing = createProbes((number) => say(channels.probe, { type: 'probe', number }), signal);
  const lines = { said: createAllowance(CHAT), heard: createAllowance(CHAT) };
  const hear = (message: PathMessage | null): void => {
    if (message?.type === 'probe') say(channels.probe, { type: 'echo', number: message.number });
    else if (message?.type === 'echo') probing.answered(message.number);
    else if (message?.type === 'transfer' || message?.type === 'received')
      transfer.handle({ kind: 'message', message });
    else if (message?.type === 'chat' && lines.heard.take(now())) news.onChat(message.text);
    else if (message?.type === 'chat') news.onFlood();
  };
  for (const [channel, allowed] of [
    [channels.talk, createAllowance(TALK)],
    [channels.probe, createAllowance(PROBES)],
  ] as const) {
    channel.addEventListener(
      'message',
      ({ data }) => (allowed.take(now()) ? hear(readPathMessage(data)) : news.onFlood()),
      { signal },
    );
  }
  return {
    measure: probing.measure,
    transfer: () => transfer.handle({ kind: 'start' }),
    chat: (text) => {
      if (channels.talk.readyState !== 'open' || !lines.said.take(now())) return false;
      say(channels.talk, { type: 'chat', text });
      return true;
    },
    close: () => ended.abort(),
  };
}

function createProbes(send: (number: number) => void, signal: AbortSignal) {
  const result = Promise.withResolvers<Measured>();
  let probing: Probing | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const go = (): void => {
    clearTimeout(timer);
    if (signal.aborted || !probing) return;
    const number = probing.next(performance.now());
    if (number !== null) send(number);
    const at = probing.wakeAt();
    if (at === Number.POSITIVE_INFINITY) result.resolve(probing.result());
    else timer = setTimeout(go, Math.max(0, at - performance.now()));
  };
  signal.addEventListener('abort', () => clearTimeout(timer));
  return {
    measure: (): Promise<Measured> => {
      probing ??= createProbing(performance.now());
      go();
      return result.promise;
    },
    answered: (number: number): void => {
      probing?.answered(performance.now(), number);
      if (probing?.wakeAt() === Number.POSITIVE_INFINITY) go();
    },
  };
}

function driveTransfer(
  { bulk }: Channels,
  {
    say,
    news,
    signal,
    givesWay,
  }: {
    readonly say: (message: PathMessage) => void;
    readonly news: PathNews;
    readonly signal: AbortSignal;
    readonly givesWay: boolean;
  },
): { readonly handle: (input: TransferInput) => void } {
  const state = createTransfer({ givesWay });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const fill = (): void => {
    while (
      bulk.readyState === 'open' &&
      bulk.bufferedAmount < BUFFERED_MAX_BYTES &&
      maySend(performance.now(), state)
    ) {
      bulk.send(CHUNK);
      state.sentBytes += CHUNK.byteLength;
    }
  };
  const obey = (output: TransferOutput): void => {
    if (output.kind === 'say') say(output.message);
    else if (output.kind === 'fill') fill();
    else if (output.kind === 'finish' && bulk.readyState === 'open') bulk.send(END);
    else if (output.kind === 'doing') news.onTransfer({ is: output.what });
    else if (output.kind === 'done') news.onTransfer({ is: 'done', throughput: output.throughput });
  };
  const handle = (input: TransferInput): void => {
    for (const output of handleTransfer(performance.now(), state, input)) obey(output);
    clearTimeout(timer);
    const at = transferWakeAt(state);
    if (at !== Number.POSITIVE_INFINITY && !signal.aborted) {
      timer = setTimeout(() => handle({ kind: 'timeout' }), Math.max(0, at - performance.now()));
    }
  };
  bulk.bufferedAmountLowThreshold = BUFFERED_LOW_BYTES;
  bulk.addEventListener('bufferedamountlow', fill, { signal });
  bulk.addEventListener(
    'message',
    ({ data }) => {
      if (data === END) handle({ kind: 'end' });
      else if (data instanceof ArrayBuffer) handle({ kind: 'bytes', bytes: data.byteLength });
    },
    { signal },
  );
  signal.addEventListener('abort', () => clearTimeout(timer));
  return { handle };
}

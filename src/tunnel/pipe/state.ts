/** What a pipe knows. Only the files beside this one change it. */
import type { Readable, Writable } from 'node:stream';
import type { Role } from '../handshake/identity.ts';
import type { Tunnel, TunnelStream } from '../tunnel.ts';
import type { PipeCounts } from './outcome.ts';
import { createReceipts } from './receipt.ts';

export interface PipeOptions {
  readonly tunnel: Tunnel;
  /** The initiator opens the stream. */
  readonly role: Role;
  readonly input: Readable;
  /** It is ended when the other side has ended, and everything is written. */
  readonly output: Writable;
  readonly signal?: AbortSignal | undefined;
  /** Called when the stream is open, and the input is about to be read. */
  readonly onBegun?: (() => void) | undefined;
}

export interface State extends PipeOptions {
  /** The stream that the other side opens. */
  readonly offered: PromiseWithResolvers<TunnelStream>;
  /** Rejects with what ends the pipe before it is complete. */
  readonly failed: PromiseWithResolvers<never>;
  /** Resolves when the other side has said that it has everything. */
  readonly acknowledged: PromiseWithResolvers<void>;
  readonly isReceiptDue: ReturnType<typeof createReceipts>;
  sent: number;
  confirmed: number;
  received: number;
  /** How much of `received` has been written. */
  written: number;
  /** Whether this side's input has ended. */
  hasSentAll: boolean;
  isAcknowledged: boolean;
  /** Whether the other side has opened the stream. */
  isOpened: boolean;
  /** Whether the pipe has ended: nothing more is written. */
  isOver: boolean;
  /** Whether its stream is open. */
  hasBegun: boolean;
  /** Whether the other side has ended, and whether all that has come of it has been written. */
  hasEnded: boolean;
  hasWrittenAll: boolean;
}

export function createState(options: PipeOptions): State {
  const state: State = {
    ...options,
    offered: Promise.withResolvers(),
    failed: Promise.withResolvers(),
    acknowledged: Promise.withResolvers(),
    isReceiptDue: createReceipts(),
    ...{ sent: 0, confirmed: 0, received: 0, written: 0 },
    ...{ isOpened: false, isOver: false, hasBegun: false, hasSentAll: false },
    ...{ isAcknowledged: false, hasEnded: false, hasWrittenAll: false },
  };
  // Whoever runs the pipe is told; there may be nobody who waits just now.
  for (const { promise } of [state.offered, state.failed]) promise.catch(() => {});
  return state;
}

export function countsOf({ sent, confirmed, received }: State): PipeCounts {
  return { sent, confirmed, received };
}

/** Ends the pipe, unless nothing is missing any more. */
export function fail(state: State, error: unknown): void {
  if (!(state.isAcknowledged && state.hasWrittenAll)) state.failed.reject(error);
}

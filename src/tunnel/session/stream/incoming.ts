/**
 * How much has come of one direction, and what the peer is told of it: how much it may send before it has been read here, and what
 * it need not keep any longer. Native streams acknowledge whatever comes and hold it all, so without this a peer could fill the
 * memory of a side that reads slowly.
 */
import { createWindow } from './window.ts';

/** After so long, or a part of the window, the peer is told what has come, should the reader not have given cause before. */
const TELL_MS = 500;

export interface Incoming extends Disposable {
  /** Counts bytes that have come; false when they are more than the peer had room for. */
  readonly take: (bytes: number) => boolean;
  readonly received: () => number;
  /** Is told how many of the bytes have been read. */
  readonly consumed: (bytes: number) => void;
  /** Tells the peer how things stand. */
  readonly tell: () => void;
}

export interface IncomingOptions {
  /** Returns how large the window may be now. */
  readonly max: () => number;
  /** Sends the peer both counts. */
  readonly tell: (received: number, limit: number) => void;
}

export function createIncoming({ max, tell }: IncomingOptions): Incoming {
  const window = createWindow(max);
  const state = { received: 0, told: 0 };
  let timer: NodeJS.Timeout | undefined;
  const tellNow = (): void => {
    clearTimeout(timer);
    timer = undefined;
    state.told = state.received;
    tell(state.received, window.limit());
  };
  return {
    take: (bytes) => {
      state.received += bytes;
      if (state.received > window.limit()) return false;
      if (state.received - state.told >= window.tellEvery()) tellNow();
      else timer ??= setTimeout(tellNow, TELL_MS);
      return true;
    },
    received: () => state.received,
    consumed: (bytes) => {
      if (window.grant(bytes)) tellNow();
    },
    tell: tellNow,
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}

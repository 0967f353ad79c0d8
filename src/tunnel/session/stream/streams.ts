/** The streams of a session: what is said about them over control, and their datagrams. */
import { visible } from '../../../visible.ts';
import { TunnelStreamError } from '../../errors.ts';
import type { StreamOffer, TunnelStream } from '../../tunnel.ts';
import type { ControlMessage } from '../control/control-message.ts';
import { hearOpen, hearWithdrawn } from './offering.ts';
import { hearAnswer, openStream } from './opening.ts';
import { hearResuming, resumeAll } from './resuming.ts';
import { createStreamTable, type StreamsOptions, type StreamTable } from './stream-table.ts';

export interface Streams {
  readonly open: (request: string, signal?: AbortSignal) => Promise<TunnelStream>;
  readonly onOffer: (receive: (offer: StreamOffer) => void) => void;
  readonly hear: (message: ControlMessage) => void;
  readonly hearDatagram: (number: number, bytes: Uint8Array) => void;
  readonly count: () => number;
  /** The path has changed. */
  readonly resume: () => void;
  /** Ends every stream that is not complete, every offer and every opening with the error. */
  readonly endAll: (error: TunnelStreamError) => void;
}

export function createStreams(options: StreamsOptions): Streams {
  const table = createStreamTable(options);
  return {
    open: (request, signal) => openStream(table, request, signal),
    onOffer: (receive) => {
      table.receiver = receive;
      const offers = [...table.unclaimed.values()];
      table.unclaimed.clear();
      for (const offer of offers) receive(offer);
    },
    hear: (message) => hear(table, message),
    hearDatagram: (number, bytes) => {
      const inbox = table.opened.get(number)?.inbox ?? table.asked.get(number)?.inbox;
      if (!inbox) return;
      options.onBytes('received', bytes.length);
      try {
        inbox.put(bytes);
      } catch (error) {
        options.onThrown(error);
      }
    },
    count: () => table.opened.size,
    resume: () => resumeAll(table),
    endAll: (error) => endAll(table, error),
  };
}

function hear(table: StreamTable, message: ControlMessage): void {
  switch (message.kind) {
    case 'open':
      hearOpen(table, message);
      return;
    case 'accepted':
    case 'refused':
      hearAnswer(table, message);
      return;
    case 'withdrawn':
      hearWithdrawn(table, message.number);
      return;
    case 'done':
      table.opened.get(message.number)?.resumable.hearDone();
      return;
    case 'reset': {
      const reason = message.reason === '' ? '' : `: ${visible(message.reason)}`;
      const error = new TunnelStreamError('reset', `the peer has reset the stream${reason}`);
      table.opened.get(message.number)?.resumable.fail(error);
      return;
    }
    case 'resume':
    case 'resumed':
    case 'stalled':
    case 'gone':
      hearResuming(table, message);
      return;
    case 'bye':
      return;
  }
}

function endAll(table: StreamTable, error: TunnelStreamError): void {
  table.over = error;
  for (const { leg, answer } of table.asked.values()) {
    leg.raw.destroy();
    answer.reject(error);
  }
  table.asked.clear();
  for (const { controller } of table.offered.values()) controller.abort(error);
  table.offered.clear();
  table.unclaimed.clear();
  for (const { resumable } of table.opened.values()) if (!resumable.isComplete()) resumable.fail(error);
}

/** The streams of a session that are open, each with the native stream that carries it now. */
import { TunnelStreamError } from '../../errors.ts';
import type { StreamOffer, TunnelStream } from '../../tunnel.ts';
import { type ControlMessage, REASON_MAX_CHARACTERS } from '../control/control-message.ts';
import type { SessionKeys } from '../keys.ts';
import type { Leg, Routes } from '../native/routes.ts';
import type { SecretStreamLibrary } from '../native/secret-stream.ts';
import { openSecureStream, type SecureStream, type SecureStreamHandlers } from '../native/secure-stream.ts';
import { FRAME_MAX_BYTES } from './frames.ts';
import { createInbox, type Inbox } from './inbox.ts';
import { createSpareBuffers, type SpareBuffers } from './spare-buffers.ts';
import { createTunnelStream, type ResumableStream } from './stream.ts';
import { windowShare } from './window.ts';

/** How many streams may be open, asked for or offered at a time. */
export const STREAMS_MAX = 1_024;
export const TOO_MANY_STREAMS = `more than ${STREAMS_MAX} streams are open`;

export interface StreamsOptions {
  readonly SecretStream: SecretStreamLibrary;
  readonly isInitiator: boolean;
  readonly keys: SessionKeys;
  readonly routes: Routes;
  readonly say: (message: ControlMessage) => void;
  readonly sendDatagram: (number: number, bytes: Uint8Array) => boolean;
  /** Is told of what a receiver has thrown that the network has called. */
  readonly onThrown: (error: unknown) => void;
  /** Something that the peer has authenticated has come. */
  readonly onHeard: () => void;
  readonly onBytes: (direction: 'sent' | 'received', bytes: number) => void;
}

/** A stream that this side has asked for. */
export interface Asked {
  readonly leg: Leg;
  readonly inbox: Inbox;
  readonly answer: PromiseWithResolvers<TunnelStream>;
}

/** A stream that the peer has asked for. */
export interface Offered {
  readonly remoteId: number;
  readonly controller: AbortController;
}

export interface Opened {
  readonly resumable: ResumableStream;
  readonly inbox: Inbox;
  /** Whether this side has opened it, and so decides where it goes on. */
  readonly isOwn: boolean;
  /** Counts its native streams. */
  epoch: number;
  leg: Leg;
  /** How many native streams in a row were lost before a byte had passed, and how many bytes had before. */
  idleLosses: number;
  progress: number;
}

export interface StreamTable {
  readonly options: StreamsOptions;
  readonly spare: SpareBuffers;
  readonly asked: Map<number, Asked>;
  readonly offered: Map<number, Offered>;
  readonly opened: Map<number, Opened>;
  /** Offers that nobody has taken yet, by number. */
  readonly unclaimed: Map<number, StreamOffer>;
  receiver: ((offer: StreamOffer) => void) | null;
  nextNumber: number;
  lastOffered: number;
  /** Why nothing is opened any more. */
  over: TunnelStreamError | null;
}

export function createStreamTable(options: StreamsOptions): StreamTable {
  return {
    spare: createSpareBuffers(),
    ...{ options, asked: new Map(), offered: new Map(), opened: new Map(), unclaimed: new Map(), receiver: null },
    // The initiator's numbers are odd, the responder's even, so that both can open streams at once. 0 is the control stream.
    ...{ nextNumber: options.isInitiator ? 1 : 2, lastOffered: 0, over: null },
  };
}

export function usedPlaces({ opened, asked, offered }: StreamTable): number {
  return opened.size + asked.size + offered.size;
}

/** Begins a stream over its first native stream, which is connected. */
export function beginStream(
  table: StreamTable,
  number: number,
  { leg, isOwn, inbox = createInbox() }: { readonly leg: Leg; readonly isOwn: boolean; readonly inbox?: Inbox },
): TunnelStream {
  const { say, sendDatagram, onBytes } = table.options;
  const resumable = createTunnelStream({
    ...{ number, onBytes, spare: table.spare },
    windowMax: () => windowShare(table.opened.size),
    onDatagram: inbox.onDatagram,
    sendDatagram: (bytes) => table.opened.has(number) && sendDatagram(number, bytes),
    onDone: () => say({ kind: 'done', number }),
    onOver: (error) => {
      opened.leg.raw.destroy();
      table.opened.delete(number);
      if (error) say({ kind: 'reset', number, reason: error.message.slice(0, REASON_MAX_CHARACTERS) });
    },
    onLegLost: () => hearLegLost(table, number, opened),
  });
  const opened: Opened = { resumable, inbox, isOwn, epoch: 0, leg, idleLosses: 0, progress: 0 };
  table.opened.set(number, opened);
  resumable.attach(opener(table, number, opened), 0);
  return resumable.stream;
}

/** Returns what opens the secret stream over the native stream of the moment. */
export function opener(
  { options }: StreamTable,
  number: number,
  { leg, epoch }: Opened,
): (handlers: SecureStreamHandlers) => SecureStream {
  const { SecretStream, isInitiator, keys, onHeard } = options;
  return (handlers) =>
    openSecureStream({
      ...{ SecretStream, isInitiator, raw: leg.raw, keys: keys.stream(number, epoch), maxBytes: FRAME_MAX_BYTES },
      ...handlers,
      onMessage: (message) => {
        onHeard();
        handlers.onMessage(message);
      },
    });
}

/** So many native streams in a row may be lost before a byte has passed: somebody on the way closes them. */
const IDLE_LOSSES_MAX = 16;

function hearLegLost(table: StreamTable, number: number, opened: Opened): void {
  if (opened.resumable.isComplete()) return;
  if (++opened.idleLosses > IDLE_LOSSES_MAX) {
    opened.resumable.stream.destroy(new TunnelStreamError('lost', 'what carries the stream is closed again and again'));
  } else if (opened.isOwn) resumeStream(table, number, opened);
  else table.options.say({ kind: 'stalled', number, epoch: opened.epoch });
}

/** Asks the peer to go on over a new native stream. Only for streams that this side has opened. */
export function resumeStream(table: StreamTable, number: number, opened: Opened): void {
  if (opened.resumable.isComplete()) return;
  const received = opened.resumable.detach();
  opened.leg.raw.destroy();
  opened.leg = table.options.routes.createLeg();
  opened.epoch++;
  table.options.say({ kind: 'resume', number, epoch: opened.epoch, id: opened.leg.id, received });
}

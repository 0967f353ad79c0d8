/** The streams that the peer wants to open. */
import { TunnelStreamError } from '../../errors.ts';
import type { StreamOffer, TunnelStream } from '../../tunnel.ts';
import { type ControlMessage, REASON_MAX_CHARACTERS } from '../control/control-message.ts';
import { beginStream, STREAMS_MAX, type StreamTable, TOO_MANY_STREAMS, usedPlaces } from './stream-table.ts';

/** How many of the peer's offers may wait for an answer. */
export const OFFERS_MAX = 64;

const WITHDRAWN = 'the peer no longer wants the stream';

export function hearOpen(table: StreamTable, { number, id, request }: Extract<ControlMessage, { kind: 'open' }>): void {
  const isPeers = number % 2 === (table.options.isInitiator ? 0 : 1) && number > table.lastOffered;
  if (!isPeers || table.over) return;
  table.lastOffered = number;
  const reason = whyFull(table);
  if (reason !== null) {
    table.options.say({ kind: 'refused', number, reason });
    return;
  }
  const controller = new AbortController();
  table.offered.set(number, { remoteId: id, controller });
  const offer: StreamOffer = {
    request,
    signal: controller.signal,
    accept: () => accept(table, number),
    refuse: (why) => {
      if (!table.offered.delete(number)) return;
      table.options.say({ kind: 'refused', number, reason: why.slice(0, REASON_MAX_CHARACTERS) });
    },
  };
  if (table.receiver) give(table, offer, table.receiver);
  else table.unclaimed.set(number, offer);
}

function give(table: StreamTable, offer: StreamOffer, receive: (offer: StreamOffer) => void): void {
  try {
    receive(offer);
  } catch (error) {
    table.options.onThrown(error);
  }
}

function whyFull(table: StreamTable): string | null {
  if (usedPlaces(table) >= STREAMS_MAX) return TOO_MANY_STREAMS;
  return table.offered.size >= OFFERS_MAX ? `more than ${OFFERS_MAX} streams wait for an answer` : null;
}

/** An offer that is over gives a stream that is, too. */
function accept(table: StreamTable, number: number): TunnelStream {
  const offered = table.offered.get(number);
  table.offered.delete(number);
  const leg = table.options.routes.createLeg();
  leg.connect(offered?.remoteId ?? 0);
  if (offered) table.options.say({ kind: 'accepted', number, id: leg.id });
  const stream = beginStream(table, number, { leg, isOwn: false });
  if (!offered) table.opened.get(number)?.resumable.fail(table.over ?? new TunnelStreamError('reset', WITHDRAWN));
  return stream;
}

export function hearWithdrawn(table: StreamTable, number: number): void {
  table.offered.get(number)?.controller.abort(new TunnelStreamError('reset', WITHDRAWN));
  table.offered.delete(number);
  table.unclaimed.delete(number);
  table.opened.get(number)?.resumable.fail(new TunnelStreamError('reset', WITHDRAWN));
}

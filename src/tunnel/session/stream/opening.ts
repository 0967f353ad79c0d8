/** The streams that this side opens. */
import { visible } from '../../../visible.ts';
import { StreamRefusedError } from '../../errors.ts';
import type { TunnelStream } from '../../tunnel.ts';
import { type ControlMessage, REQUEST_MAX_CHARACTERS } from '../control/control-message.ts';
import { createInbox } from './inbox.ts';
import {
  type Asked,
  beginStream,
  STREAMS_MAX,
  type StreamTable,
  TOO_MANY_STREAMS,
  usedPlaces,
} from './stream-table.ts';

/** @throws RangeError when the request is too long, and what `Tunnel.open` throws. */
export async function openStream(
  table: StreamTable,
  request: string,
  signal: AbortSignal | undefined,
): Promise<TunnelStream> {
  signal?.throwIfAborted();
  if (table.over) throw table.over;
  if (request.length > REQUEST_MAX_CHARACTERS) {
    throw new RangeError(`a request has ${REQUEST_MAX_CHARACTERS} characters at most`);
  }
  if (usedPlaces(table) >= STREAMS_MAX) throw new StreamRefusedError(TOO_MANY_STREAMS);
  const number = table.nextNumber;
  table.nextNumber += 2;
  const asked: Asked = {
    leg: table.options.routes.createLeg(),
    inbox: createInbox(),
    answer: Promise.withResolvers(),
  };
  table.asked.set(number, asked);
  table.options.say({ kind: 'open', number, id: asked.leg.id, request });
  const withdraw = (): void => {
    if (!takeAsked(table, number)) return;
    asked.leg.raw.destroy();
    table.options.say({ kind: 'withdrawn', number });
    asked.answer.reject(signal?.reason);
  };
  signal?.addEventListener('abort', withdraw, { once: true });
  try {
    return await asked.answer.promise;
  } finally {
    signal?.removeEventListener('abort', withdraw);
  }
}

export function hearAnswer(
  table: StreamTable,
  message: Extract<ControlMessage, { kind: 'accepted' | 'refused' }>,
): void {
  const asked = takeAsked(table, message.number);
  if (!asked) return;
  const { leg, inbox, answer } = asked;
  if (message.kind === 'refused') {
    leg.raw.destroy();
    answer.reject(new StreamRefusedError(visible(message.reason)));
    return;
  }
  leg.connect(message.id);
  answer.resolve(beginStream(table, message.number, { leg, isOwn: true, inbox }));
}

function takeAsked(table: StreamTable, number: number): Asked | undefined {
  const asked = table.asked.get(number);
  table.asked.delete(number);
  return asked;
}

/** Pings, which show whether a peer is still there, and how long its way is. */
import { secretOf } from '../../secret.ts';
import type { Connection, State } from './state.ts';

/** How many samples are kept: the least of the last few is the way without the queues. */
const SAMPLES = 4;
/** How many are taken one after the other at the start, so that the first introduction has a good estimate. */
const FIRST_SAMPLES = 3;
/** A peer that answers pings late on purpose holds up the other for no longer than half of this. */
const ROUND_TRIP_MAX_MS = 2_000;
/** Long enough not to be guessed: a pong that was not asked for measures nothing. */
const PAYLOAD_BYTES = 6;

export function ping(now: number, state: State, connection: Connection): void {
  const payload = secretOf(state.randomBytes(PAYLOAD_BYTES));
  connection.ping = { payload, sentAt: now };
  connection.pingedAt = now;
  state.outputs.push({ kind: 'ping', connection: connection.id, payload });
}

/** Takes a pong; false when it answers no ping of the server. */
export function pong(
  now: number,
  state: State,
  { connection, payload }: { readonly connection: Connection; readonly payload: string },
): boolean {
  if (connection.ping?.payload !== payload) return false;
  connection.rttsMs.push(Math.min(now - connection.ping.sentAt, ROUND_TRIP_MAX_MS));
  if (connection.rttsMs.length > SAMPLES) connection.rttsMs.shift();
  connection.ping = null;
  connection.heardAt = now;
  if (connection.rttsMs.length < FIRST_SAMPLES) ping(now, state, connection);
  return true;
}

/** The estimated round trip; null until there is a sample. */
export function roundTripMs(connection: Connection | null): number | null {
  return connection === null || connection.rttsMs.length === 0 ? null : Math.min(...connection.rttsMs);
}

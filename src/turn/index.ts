/**
 * `natcheck/turn`: a TURN client (RFC 8656) as a sans-IO session, with what its owner needs beside a socket: the credentials,
 * the server's URI, and the framing of a stream. See docs/turn.md.
 */
export type { Endpoint, Family } from '../endpoint.ts';
export { UsageError } from '../errors.ts';
export type { Arrival, Done, EventOutput, SendFailure, Session, Transmit, Wait } from '../session.ts';
export { createTurnClient, type TurnClient, type TurnClientOptions } from './client.ts';
export { type TurnCredentials, timeLimitedCredentials } from './credentials.ts';
export type { SendRefusal } from './data.ts';
export {
  type Alternate,
  explainTurnFailure,
  type TurnEvent,
  type TurnFailure,
  type TurnFailureReason,
  type TurnOutput,
} from './event.ts';
export type { TurnRejectionCause } from './state.ts';
export { parseTurnUrl, type TurnTransportName, type TurnUrl } from './url.ts';
export { createStreamReader, type StreamReader } from './wire/stream.ts';

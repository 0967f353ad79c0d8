/** The few ways in which the rules of the rendezvous say what they want done. */
import { REFUSALS, type RefusalCode } from '../../../src/rendezvous/protocol/refusal.ts';
import type { ServerMessage } from '../../../src/rendezvous/protocol/server-message.ts';
import type { Connection, Session, State } from './state.ts';

/** RFC 6455 §7.4.1, and 1013 of the IANA registry of close codes. */
export const CLOSE = { normal: 1000, goingAway: 1001, policy: 1008, tryAgainLater: 1013 } as const;

export function send(state: State, to: Connection | Session, message: ServerMessage): void {
  const connection = 'connection' in to ? to.connection : to;
  if (connection) state.outputs.push({ kind: 'send', connection: connection.id, message });
}

export interface RefusalDetails {
  /** The type of the refused message. */
  readonly re?: string | undefined;
  readonly peer?: string;
  /** In place of the code's own words. */
  readonly message?: string;
  readonly retryInMs?: number | undefined;
}

/** Says no; the connection stays. */
export function refuse(state: State, to: Connection, code: RefusalCode, details: RefusalDetails = {}): void {
  const { re, peer, message = REFUSALS[code], retryInMs } = details;
  state.counts.refused[code]++;
  send(state, to, {
    type: 'error',
    code,
    message,
    ...(re === undefined ? {} : { re }),
    ...(peer === undefined ? {} : { peer }),
    ...(retryInMs === undefined ? {} : { retryInMs }),
  });
}

/** Closes a connection and forgets it; its session, if it has one, waits for its owner to come back. */
export function hangUp(
  state: State,
  connection: Connection,
  { code, reason, now }: { readonly code: number; readonly reason: string; readonly now: number },
): void {
  state.outputs.push({ kind: 'close', connection: connection.id, code, reason });
  forget(state, connection, now);
}

/** The connection is no more. */
export function forget(state: State, connection: Connection, now: number): void {
  state.connections.delete(connection.id);
  const { session, source } = connection;
  source.connections--;
  if (!session) return;
  connection.session = null;
  session.connection = null;
  session.lostAt = now;
}

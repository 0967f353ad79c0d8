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

export interface Refusing {
  readonly code: RefusalCode;
  /** The type of the refused message. */
  readonly re?: string | undefined;
  readonly peer?: string;
  /** In place of the code's own words. */
  readonly message?: string;
  readonly retryInMs?: number | undefined;
}

/** Says no; the connection stays. */
export function refuse(state: State, to: Connection, refusing: Refusing): void {
  const { code, re, peer, message = REFUSALS[code], retryInMs } = refusing;
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
  now: number,
  state: State,
  { connection, code, reason }: { readonly connection: Connection; readonly code: number; readonly reason: string },
): void {
  state.outputs.push({ kind: 'close', connection: connection.id, code, reason });
  forget(now, state, connection);
}

/** The connection is no more. */
export function forget(now: number, state: State, connection: Connection): void {
  state.connections.delete(connection.id);
  const { session, source } = connection;
  source.connections--;
  if (!session) return;
  connection.session = null;
  session.connection = null;
  session.lostAt = now;
}

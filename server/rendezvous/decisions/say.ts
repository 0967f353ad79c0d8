/** The few things that the rules of the rendezvous have done: sending, refusing, and closing a connection. */
import { REFUSALS, type RefusalCode } from '../../../src/rendezvous/protocol/refusal.ts';
import type { ServerMessage } from '../../../src/rendezvous/protocol/server-message.ts';
import type { Connection, PeerSession, State } from './state.ts';

/** RFC 6455 §7.4.1, and 1013 of the IANA registry of close codes. */
export const CLOSE = { normal: 1000, goingAway: 1001, policy: 1008, tryAgainLater: 1013 } as const;

export function send(state: State, to: Connection | PeerSession, message: ServerMessage): void {
  const connection = 'connection' in to ? to.connection : to;
  if (connection) state.outputs.push({ kind: 'send', connection: connection.id, message });
}

export interface Refusing {
  readonly code: RefusalCode;
  /** The type of the refused message. */
  readonly re?: string | undefined;
  readonly peer?: string;
  /** Replaces the usual words for the code. */
  readonly message?: string;
  readonly retryInMs?: number | undefined;
}

/** Tells the peer that it is refused; the connection stays open. */
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

/** Closes a connection and forgets it; a session that it has is kept for its owner. */
export function hangUp(
  now: number,
  state: State,
  { connection, code, reason }: { readonly connection: Connection; readonly code: number; readonly reason: string },
): void {
  state.outputs.push({ kind: 'close', connection: connection.id, code, reason });
  forget(now, state, connection);
}

/** Forgets a connection that has ended. */
export function forget(now: number, state: State, connection: Connection): void {
  state.connections.delete(connection.id);
  const { session, source } = connection;
  source.connections--;
  if (!session) return;
  connection.session = null;
  session.connection = null;
  session.lostAt = now;
}

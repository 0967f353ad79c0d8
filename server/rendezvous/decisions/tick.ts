/** Does what time alone brings about: pings, and the end of silent connections, lost sessions and stale tickets. */
import { endSession } from './join.ts';
import { forgetStaleKept } from './kept.ts';
import { ping } from './round-trip.ts';
import { CLOSE, hangUp, refuse } from './say.ts';
import { forgetIdleSources } from './sources.ts';
import type { State } from './state.ts';

export function tick(now: number, state: State): void {
  const { joinTimeoutMs, silenceMs, pingIntervalMs, resumeMs } = state.limits;
  for (const connection of state.connections.values()) {
    const { session, openedAt, heardAt, pingedAt } = connection;
    const over = !session && now - openedAt >= joinTimeoutMs ? 'join-timeout' : now - heardAt >= silenceMs && 'silent';
    if (over) {
      refuse(state, connection, { code: over });
      hangUp(now, state, { connection, code: CLOSE.policy, reason: over });
    } else if (session && now - pingedAt >= pingIntervalMs) ping(now, state, connection);
  }
  for (const room of state.rooms.values()) {
    for (const session of room.sessions.values()) {
      if (!session.connection && now - session.lostAt >= resumeMs) endSession(state, session, 'lost');
    }
  }
  forgetStaleKept(now, state);
  forgetIdleSources(now, state);
  for (const ticket of state.tickets.values()) {
    if (now >= ticket.expiresAt) state.tickets.delete(ticket.username);
  }
}

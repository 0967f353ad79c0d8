/** What time alone brings about: pings, silent connections, sessions whose owner did not come back, tickets gone stale. */
import { endSession } from './join.ts';
import { ping } from './round-trip.ts';
import { CLOSE, hangUp, refuse } from './say.ts';
import { forgetIdleSources } from './sources.ts';
import type { State } from './state.ts';

export function tick(state: State, now: number): void {
  const { joinTimeoutMs, silenceMs, pingIntervalMs, resumeMs } = state.limits;
  for (const connection of state.connections.values()) {
    const { session, openedAt, heardAt, pingedAt } = connection;
    const over = !session && now - openedAt >= joinTimeoutMs ? 'join-timeout' : now - heardAt >= silenceMs && 'silent';
    if (over) {
      refuse(state, connection, over);
      hangUp(state, connection, { code: CLOSE.policy, reason: over, now });
    } else if (session && now - pingedAt >= pingIntervalMs) ping(state, connection, now);
  }
  for (const room of state.rooms.values()) {
    for (const session of room.sessions.values()) {
      if (!session.connection && now - session.lostAt >= resumeMs) endSession(state, session, 'lost');
    }
  }
  forgetIdleSources(state, now);
  for (const ticket of state.tickets.values()) {
    if (now >= ticket.expiresAt) state.tickets.delete(ticket.username);
  }
}

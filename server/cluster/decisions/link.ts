/**
 * Links to other nodes over Redis, which may lose messages when a connection to it ends. Both sides count: a side that
 * misses one gives up all connections over the link, takes another epoch, and says so; the other then gives them up too.
 * Clients come back by themselves.
 */
import { askUsers, attendAnew, forgetUsers } from './attend.ts';
import { closeAway, forgetGuests } from './end.ts';
import { LEASE_MS } from './limits.ts';
import { lookAgain } from './lookup.ts';
import type { State } from './state.ts';
import { freshLink, linkTo, tell } from './tell.ts';
import { readWire, type Saying } from './wire.ts';

/** Gives what the other node has said, in order and whole; null where that cannot be had. */
export function listen(
  now: number,
  state: State,
  { from, text }: { readonly from: string; readonly text: string },
): Saying | null {
  const wire = readWire(text);
  if (wire === null) return null;
  const link = linkTo(state, from);
  if (wire.to !== null && wire.to !== link.epoch) {
    // Either it was said before the other heard that this side has begun anew, or the other is not going to hear it.
    const isUnderWay = wire.to === link.former && now - link.since < LEASE_MS;
    if (!isUnderWay) restart(now, state, from);
    return null;
  }
  if (link.theirs?.epoch !== wire.e) {
    if (link.theirs) {
      drop(now, state, from);
      link.sent = 0;
    }
    link.theirs = { epoch: wire.e, next: 0 };
  }
  if (wire.n !== link.theirs.next) {
    restart(now, state, from);
    return null;
  }
  link.theirs.next++;
  return wire.s;
}

/** Begins the link anew, since something on it may be lost. */
export function restart(now: number, state: State, node: string): void {
  drop(now, state, node);
  state.counts.restarts++;
  const { epoch: former } = linkTo(state, node);
  state.links.set(node, { ...freshLink(state), former, since: now });
  tell(state, node, { k: 'hello' });
  attendAnew(state, node);
}

/** Forgets a node that is not there any more. */
export function unlink(now: number, state: State, node: string): void {
  const hadUsers = state.visiting.has(node);
  lookAgain(now, state, node);
  drop(now, state, node);
  state.links.delete(node);
  if (hadUsers) askUsers(state, node);
}

/** Gives up all connections over the link, and what was said over it. */
function drop(now: number, state: State, node: string): void {
  closeAway(state, node);
  forgetGuests(now, state, node);
  forgetUsers(state, node);
}

/**
 * Who may use the relay of a node that is not the home of the room: the home tells it of each session that was offered it,
 * and of its end. A node that hears no more of a home forgets what that has told.
 */
import type { RendezvousOutput } from '../../rendezvous/decisions/input-output.ts';
import { TOLD_USERS_MAX } from './limits.ts';
import type { State } from './state.ts';
import { linkTo, tell } from './tell.ts';
import type { Saying } from './wire.ts';

/** Tells another node of a session in a room of this one. */
export function attend(state: State, output: Extract<RendezvousOutput, { readonly kind: 'attend' }>): void {
  const { relay: node, user, isThere } = output;
  note(state.attending, node, { user, isThere });
  tell(state, node, { k: 'turn-users', users: [user], isThere });
}

/** Tells a node of all sessions that it has to know, since it may have forgotten them. */
export function attendAnew(state: State, node: string): void {
  const users = [...(state.attending.get(node) ?? [])];
  for (let at = 0; at < users.length; at += TOLD_USERS_MAX) {
    tell(state, node, { k: 'turn-users', users: users.slice(at, at + TOLD_USERS_MAX), isThere: true });
  }
}

/** Takes what a home says of its sessions. */
export function hearUsers(
  state: State,
  from: string,
  { users, isThere }: Extract<Saying, { readonly k: 'turn-users' }>,
): void {
  for (const user of users) hearUser(state, from, { user, isThere });
  // The home has to know the epoch of this side to notice that it has begun anew.
  if (linkTo(state, from).sent === 0) tell(state, from, { k: 'hello' });
}

/** Says to a home that was taken for gone, and may not be, that it has to tell of its sessions anew. */
export function askUsers(state: State, node: string): void {
  tell(state, node, { k: 'hello' });
}

/** Forgets what a home has said: its sessions, as far as they still are, have as long as those that have ended. */
export function forgetUsers(state: State, node: string): void {
  for (const user of state.visiting.get(node) ?? []) hearUser(state, node, { user, isThere: false });
}

interface Told {
  readonly user: string;
  readonly isThere: boolean;
}

/** A session that has moved from one home to another is known of both for a while. */
function hearUser(state: State, from: string, told: Told): void {
  const isKnown = (): boolean => [...state.visiting.values()].some((users) => users.has(told.user));
  const before = isKnown();
  note(state.visiting, from, told);
  if (isKnown() !== before) state.outputs.push({ kind: 'turn-user', ...told });
}

function note(byNode: Map<string, Set<string>>, node: string, { user, isThere }: Told): void {
  const users = byNode.get(node) ?? new Set();
  if (isThere) byNode.set(node, users.add(user));
  else if (users.delete(user) && users.size === 0) byNode.delete(node);
}

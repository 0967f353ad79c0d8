/** The rooms of this node: what Redis is told of them, and how they are given up. */
import type { ClusterInput } from './input-output.ts';
import { RELAY_FIELD, RENEW_MS, RENEW_ROOMS_MAX } from './limits.ts';
import { hand } from './say.ts';
import type { State } from './state.ts';

/** Gives a room up that is another's. */
export function giveUp(now: number, state: State, room: string): void {
  if (state.rooms.delete(room)) hand(now, state, { kind: 'evict', room });
}

export function renewed(
  now: number,
  state: State,
  { lost, restored }: Extract<ClusterInput, { readonly kind: 'renewed' }>,
): void {
  for (const room of lost) giveUp(now, state, room);
  for (const room of restored) {
    const { kept = [], relay = null } = state.rooms.get(room) ?? {};
    for (const [id, digest] of kept) state.outputs.push({ kind: 'keep', room, id, digest });
    if (relay !== null) state.outputs.push({ kind: 'keep', room, id: RELAY_FIELD, digest: relay });
  }
}

/** Has the rooms renewed whose time has come, or all of them. */
export function renew(now: number, { rooms, outputs }: State, all = false): void {
  const due = [...rooms].filter(([, { renewAt }]) => all || now >= renewAt);
  const some = all ? due : due.slice(0, RENEW_ROOMS_MAX);
  for (const [, room] of some) room.renewAt = now + RENEW_MS;
  for (let at = 0; at < some.length; at += RENEW_ROOMS_MAX) {
    outputs.push({ kind: 'renew', rooms: some.slice(at, at + RENEW_ROOMS_MAX).map(([name]) => name) });
  }
}

/** Has Redis told of the ids that are nobody's any more, and of the rooms that are empty. */
export function tidy({ rooms, rendezvous, outputs }: State): void {
  for (const [room, { kept }] of rooms) {
    if (!rendezvous.holds(room)) {
      rooms.delete(room);
      outputs.push({ kind: 'release', room });
      continue;
    }
    for (const id of kept.keys()) {
      if (rendezvous.holds(room, id)) continue;
      kept.delete(id);
      outputs.push({ kind: 'keep', room, id, digest: null });
    }
  }
}

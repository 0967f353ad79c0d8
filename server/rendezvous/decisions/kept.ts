/**
 * The ids of rooms that come from another node of a cluster (docs/scaling.md): they are kept for whoever has their resume
 * keys, which are known by their digests alone.
 */
import { createHash } from 'node:crypto';
import { isSameSecret, secretOf } from '../../secret.ts';
import type { RendezvousInput } from './input-output.ts';
import type { State } from './state.ts';

/** The digest of a resume key, which can be told without giving it away. */
export function digestOf(resumeKey: string): string {
  return secretOf(createHash('sha256').update(`resume ${resumeKey}`).digest());
}

/** Keeps the ids of a room for their owners, as if these had just lost their connections, and its relay for as long. */
export function adopt(
  now: number,
  { kept, keptRelays, limits }: State,
  { room, ids, relay }: Pick<Extract<RendezvousInput, { readonly kind: 'adopt' }>, 'room' | 'ids' | 'relay'>,
): void {
  const until = now + limits.resumeMs;
  if (relay !== undefined) keptRelays.set(room, { relay, until });
  if (ids.length > 0) kept.set(room, new Map(ids.map(({ id, digest }) => [id, { digest, until }])));
}

/** How long the id is kept for somebody else than who has that key; 0 when it is not. */
export function keptFromMs(
  now: number,
  { kept }: State,
  { room, id, resumeKey }: { readonly room: string; readonly id: string; readonly resumeKey?: string | undefined },
): number {
  const one = kept.get(room)?.get(id);
  if (!one || now >= one.until) return 0;
  return resumeKey !== undefined && isSameSecret(one.digest, digestOf(resumeKey)) ? 0 : one.until - now;
}

export function forgetKept({ kept }: State, { room, id }: { readonly room: string; readonly id: string }): void {
  const ids = kept.get(room);
  if (ids?.delete(id) && ids.size === 0) kept.delete(room);
}

export function forgetStaleKept(now: number, state: State): void {
  for (const [room, { until }] of state.keptRelays) if (now >= until) state.keptRelays.delete(room);
  for (const [room, ids] of state.kept) {
    for (const [id, { until }] of ids) if (now >= until) forgetKept(state, { room, id });
  }
}

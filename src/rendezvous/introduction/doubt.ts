/** The rules of doubt: peers are asked for only after the sockets have been shown again, since what the server saw may be stale. */
import type { State, Told } from './state.ts';

/** How long a doubt holds asks back. Where the server does not answer over UDP by then, it may be what is gone. */
const PATIENCE_MS = 1_000;

/** Has the sockets shown again as soon as that is allowed. A doubt that comes while the first one is being cleared up adds nothing. */
export function doubt<T extends Told>(now: number, state: State<T>): void {
  const { phase, second, gapMs } = state;
  if (phase.kind !== 'joined' || !phase.hasBound) return;
  phase.hasBound = false;
  phase.anywayAt = now + PATIENCE_MS;
  state.bindAt = Math.min(state.bindAt, Math.max(now, state.boundAt + gapMs));
  if (!second) return;
  second.isSettled = false;
  second.bindAt = Math.min(second.bindAt, Math.max(now, second.boundAt + gapMs));
}

/** Ends a doubt that has lasted long enough. */
export function endDoubt<T extends Told>(now: number, state: State<T>): void {
  if (now < doubtEndsAt(state) || state.phase.kind !== 'joined') return;
  state.phase.hasBound = true;
  state.shownAt = now;
}

/** Returns when the doubt ends by itself; Infinity where there is none. */
export function doubtEndsAt<T extends Told>({ phase }: State<T>): number {
  return phase.kind === 'joined' && !phase.hasBound ? phase.anywayAt : Number.POSITIVE_INFINITY;
}

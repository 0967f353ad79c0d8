/** Gives up waiting for an introduction: for one peer, or for all of them. */
import type { IntroductionFailure } from './output.ts';
import type { Peer, State, Told } from './state.ts';

export function fail<T extends Told>(state: State<T>, reason: IntroductionFailure, detail: string | null): void {
  state.phase = { kind: 'over' };
  state.binding = null;
  state.outputs.push({ kind: 'failed', reason, detail });
}

export function giveUp<T extends Told>(
  state: State<T>,
  { id: peer }: Peer<T>,
  { reason, detail = null }: { readonly reason: IntroductionFailure; readonly detail?: string | null },
): void {
  state.peers.delete(peer);
  state.outputs.push({ kind: 'not-introduced', peer, reason, detail });
}

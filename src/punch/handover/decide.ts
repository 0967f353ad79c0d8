/** Whether a path that both sides have measured can go to a program, and by which way. */
import type { PathUse } from '../attempt/health/use.ts';

export type HandOverChoice =
  /** Close the sockets, and let the program bind. */
  | { readonly kind: 'hand-over' }
  /** Bridge the program to the path as it is: the peer keeps its end too. */
  | { readonly kind: 'bridge' }
  /** Bridge the program to the bare socket: the peer's end has nobody who would answer checks. */
  | { readonly kind: 'bridge-bare' }
  | { readonly kind: 'refuse'; readonly why: 'relayed' | 'relayed-at-peer' | 'peer-measures' };

/** @param peerUse null where the peer has told nothing. */
export function chooseHandOver({
  use,
  peerUse,
  isRelayed,
}: {
  readonly use: Exclude<PathUse, 'measure'>;
  readonly peerUse: PathUse | null;
  readonly isRelayed: boolean;
}): HandOverChoice {
  if (isRelayed && use === 'hand-over') return { kind: 'refuse', why: 'relayed' };
  if (peerUse === null || peerUse === 'measure') return { kind: 'refuse', why: 'peer-measures' };
  if (use === 'hand-over') return { kind: 'hand-over' };
  if (peerUse === 'keep') return { kind: 'bridge' };
  return isRelayed ? { kind: 'refuse', why: 'relayed-at-peer' } : { kind: 'bridge-bare' };
}

/** Says why two peers that met did not get through to each other: what was seen, and what would help or tell more. */
import { INTRODUCTIONS_MAX } from '../attempt/budget.ts';
import { CAUSES } from './causes.ts';
import type { NoPathFacts } from './facts.ts';

export function explainNoPath(facts: NoPathFacts): string {
  return CAUSES.find(({ isIt }) => isIt(facts))?.sentence(facts) ?? '';
}

/** Why a peer is not met again: every introduction makes this host send to whatever endpoints the peer has told. */
export function explainLost(peer: string): string {
  return `${peer} was introduced ${INTRODUCTIONS_MAX} times, and each time it was lost before there was a path`;
}

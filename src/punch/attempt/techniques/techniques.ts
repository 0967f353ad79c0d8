/** The tactic of a strategy, on the side that it is for. */

import { createOpeners, createProber } from './birthday.ts';
import type { Strategy } from './choose-technique.ts';
import { createPrediction } from './prediction.ts';
import { createSecondTry } from './second-try.ts';
import type { Tactic, TacticFacts } from './technique.ts';

/** Null where the agent's own checks are all that is done. */
export function tacticOf({ technique }: Pick<Strategy, 'technique'>): ((facts: TacticFacts) => Tactic) | null {
  switch (technique) {
    case 'simultaneous-open':
      return createSecondTry;
    case 'relay':
      return null;
    case 'port-prediction':
      return createPrediction;
    case 'birthday':
      return (facts) => (facts.own.isMoving ? createOpeners(facts) : createProber(facts));
  }
}

/** The technique of a choice, on the side that it is for. */

import { createOpeners, createProber } from './birthday.ts';
import type { TechniqueChoice } from './choose-technique.ts';
import { createPrediction } from './prediction.ts';
import { createSecondTry } from './second-try.ts';
import type { Technique, TechniqueFacts } from './technique.ts';

/** Null where the agent's own checks are all that is done. */
export function techniqueFor({
  technique,
}: Pick<TechniqueChoice, 'technique'>): ((facts: TechniqueFacts) => Technique) | null {
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

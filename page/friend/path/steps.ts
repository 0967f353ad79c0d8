/** The seven steps of two browsers (docs/punch.md), each told once, from what the browser says of its candidates and pairs. */
import { type Endpoint, formatEndpoint } from '../../../src/endpoint.ts';
import type { Candidate } from '../../../src/ice/candidates/candidate.ts';
import type { PunchStep } from '../../../src/punch/report/report.ts';
import { createStepTeller } from '../../../src/punch/report/step-teller.ts';
import { type Sides, STEP_TEXT } from '../../../src/punch/report/step-text.ts';
import { type End, isRelayed, type PathStats, type SelectedPair } from './pair.ts';

export interface Steps {
  readonly all: () => readonly PunchStep[];
  /** A candidate of this browser is known, and is told to the friend. */
  readonly gathered: (candidate: Candidate) => void;
  readonly heard: (candidate: Candidate) => void;
  readonly stats: (stats: PathStats) => void;
  readonly connected: (pair: SelectedPair) => void;
}

export function createSteps(
  { sides, hidden }: { readonly sides: Sides; readonly hidden: string },
  { elapsed, onStep }: { readonly elapsed: () => number; readonly onStep: (step: PunchStep) => void },
): Steps {
  const { steps, tell } = createStepTeller({ elapsed, onStep });
  const at = ({ endpoint }: Pick<End, 'endpoint'>): string => (endpoint ? formatEndpoint(endpoint) : hidden);
  return {
    all: steps,
    gathered: (candidate) => {
      const seen = seenAt(candidate);
      if (!seen) return;
      tell(1, STEP_TEXT[1](sides, [seen]));
      tell(4, STEP_TEXT[4](sides, [seen]));
    },
    heard: (candidate) => {
      const seen = seenAt(candidate);
      if (!seen) return;
      tell(2, STEP_TEXT[2](sides, [seen]));
      tell(3, STEP_TEXT[3](sides, [seen]));
    },
    stats: ({ sentTo, cameFrom }) => {
      if (sentTo) tell(5, STEP_TEXT[5](sides, at(sentTo)));
      if (cameFrom) tell(6, STEP_TEXT[6](sides, at(cameFrom)));
    },
    connected: (pair) => {
      const how = isRelayed(pair) ? 'relayed' : 'direct';
      tell(7, STEP_TEXT[7](sides, { how, rttMs: pair.rttMs, remote: at(pair.remote) }));
    },
  };
}

/** Where the server sees a side: at its reflexive candidate. */
function seenAt({ type, endpoint }: Candidate): Endpoint | null {
  return type === 'srflx' ? endpoint : null;
}

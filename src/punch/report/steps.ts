/** The events of a punch, told as they happen: above all the seven steps, once each, in words. */
import { type Endpoint, formatEndpoint } from '../../endpoint.ts';
import type { IceEvent } from '../../ice/event.ts';
import type { Introduction } from '../../rendezvous/protocol/introduction.ts';
import { isThroughRelay } from '../attempt/outcome/endpoints-in-use.ts';
import type { PunchPlan } from '../attempt/plan.ts';
import type { PunchStep } from './report.ts';
import { createStepTeller } from './step-teller.ts';
import { STEP_TEXT } from './step-text.ts';

export type PunchEvent =
  /** One of the seven steps, told once each. */
  | { readonly kind: 'step'; readonly step: PunchStep }
  /** The plan for the pair, told before the first packet goes to the peer. */
  | { readonly kind: 'plan'; readonly plan: PunchPlan }
  /** One line of text about something unusual, and what is done about it. */
  | { readonly kind: 'notice'; readonly text: string };

export interface StepRecorder {
  readonly steps: () => readonly PunchStep[];
  readonly bound: (own: Endpoint) => void;
  readonly introduced: (introduction: Pick<Introduction, 'own' | 'endpoint' | 'also'>) => void;
  readonly iceEvent: (event: IceEvent) => void;
}

export function createStepRecorder(options: {
  readonly id: string;
  readonly peer: string;
  /** The milliseconds since the start. */
  readonly elapsed: () => number;
  readonly onStep: (step: PunchStep) => void;
}): StepRecorder {
  const { id, peer, elapsed, onStep } = options;
  const sides = { id, peer };
  const { steps, tell } = createStepTeller({ elapsed, onStep });
  return {
    steps,
    bound: (own) => tell(1, STEP_TEXT[1](sides, [own])),
    introduced: ({ own, endpoint, also }) => {
      const theirs = [endpoint, ...(also ? [also.endpoint] : [])];
      const ours = [own, ...(also ? [also.own] : [])];
      tell(2, STEP_TEXT[2](sides, theirs));
      tell(3, STEP_TEXT[3](sides, theirs));
      tell(4, STEP_TEXT[4](sides, ours));
    },
    iceEvent: (event) => {
      if (event.kind === 'check-sent') tell(5, STEP_TEXT[5](sides, remoteOf(event)));
      if (event.kind === 'check-received') tell(6, STEP_TEXT[6](sides, remoteOf(event)));
      if (event.kind === 'connected') {
        const how = isThroughRelay(event.pair) ? 'relayed' : 'direct';
        tell(7, STEP_TEXT[7](sides, { how, rttMs: event.rttMs, remote: remoteOf(event) }));
      }
    },
  };
}

function remoteOf({ pair }: Extract<IceEvent, { readonly pair: unknown }>): string {
  return formatEndpoint(pair.remote.endpoint);
}

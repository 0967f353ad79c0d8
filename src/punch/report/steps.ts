/** The events of a punch, told as they happen: above all the seven steps, once each, in words. */
import { type Endpoint, formatEndpoint } from '../../endpoint.ts';
import type { IceEvent } from '../../ice/event.ts';
import type { Introduction } from '../../rendezvous/protocol/introduction.ts';
import { isThroughRelay } from '../attempt/outcome/endpoints-in-use.ts';
import type { PunchPlan } from '../attempt/plan.ts';
import type { PunchStep } from './report.ts';

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
  const steps: PunchStep[] = [];
  const tell = (step: PunchStep['step'], text: string): void => {
    if (steps.some((one) => one.step === step)) return;
    const told: PunchStep = { step, atMs: Math.round(elapsed()), text };
    steps.push(told);
    onStep(told);
  };
  return {
    steps: () => steps,
    bound: (own) => tell(1, `${id} → server: the server sees ${id} at ${formatEndpoint(own)}`),
    introduced: ({ own, endpoint, also }) => {
      const theirs = [endpoint, ...(also ? [also.endpoint] : [])].map(formatEndpoint).join(' and ');
      const ours = [own, ...(also ? [also.own] : [])].map(formatEndpoint).join(' and ');
      tell(2, `${peer} → server: the server sees ${peer} at ${theirs}`);
      tell(3, `server → ${id}: ${peer} is at ${theirs}`);
      tell(4, `server → ${peer}: ${id} is at ${ours}`);
    },
    iceEvent: (event) => {
      if (event.kind === 'check-sent') tell(5, `${id} → ${peer}: first packet to ${remoteOf(event)}`);
      if (event.kind === 'check-received') tell(6, `${peer} → ${id}: first packet from ${remoteOf(event)}`);
      if (event.kind === 'connected') {
        const how = isThroughRelay(event.pair) ? 'relayed' : 'direct';
        tell(7, `${id} ↔ ${peer}: ${how}, ${event.rttMs.toFixed(1)} ms round trip to ${remoteOf(event)}`);
      }
    },
  };
}

function remoteOf({ pair }: Extract<IceEvent, { readonly pair: unknown }>): string {
  return formatEndpoint(pair.remote.endpoint);
}

/** Records what is known about one punch so far, and makes the report from it. */
import type { Endpoint } from '../../endpoint.ts';
import type { IceEvent } from '../../ice/event.ts';
import type { Introduction } from '../../rendezvous/protocol/server-message.ts';
import type { PunchPlan } from '../attempt/plan.ts';
import { blankReport, type PunchReport } from './report.ts';
import { createStepRecorder, type PunchEvent } from './steps.ts';

export interface Recorder {
  /** Records where the server sees this side's socket, and returns whether that is the first time. */
  readonly seen: (endpoints: { readonly local: Endpoint | null; readonly public: Endpoint }) => boolean;
  readonly introduced: (introduction: Pick<Introduction, 'own' | 'endpoint' | 'also'>, plan: PunchPlan) => void;
  readonly iceEvent: (event: IceEvent) => void;
  readonly notice: (text: string) => void;
  readonly learn: (known: Partial<PunchReport>) => void;
  readonly report: (rest: Pick<PunchReport, 'outcome'> & Partial<PunchReport>) => PunchReport;
}

export function createRecorder(options: {
  readonly id: string;
  readonly peer: string;
  /** The milliseconds since the start. */
  readonly elapsed: () => number;
  readonly onEvent: (event: PunchEvent) => void;
}): Recorder {
  const { id, peer, elapsed, onEvent } = options;
  const steps = createStepRecorder({ id, peer, elapsed, onStep: (step) => onEvent({ kind: 'step', step }) });
  let known: Partial<PunchReport> = {};
  const learn = (more: Partial<PunchReport>): void => {
    known = { ...known, ...more };
  };
  return {
    seen: (endpoints) => {
      const isFirst = !known.public;
      learn(endpoints);
      steps.bound(endpoints.public);
      return isFirst;
    },
    introduced: (introduction, plan) => {
      onEvent({ kind: 'plan', plan });
      steps.introduced(introduction);
    },
    iceEvent: steps.iceEvent,
    notice: (text) => onEvent({ kind: 'notice', text }),
    learn,
    report: (rest) => ({ ...blankReport({ id, peer }), ...known, steps: steps.steps(), ...rest }),
  };
}

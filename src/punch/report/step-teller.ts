/** Tells the steps of a punch as they happen, each once, with its time. */
import type { PunchStep } from './report.ts';

export interface StepTeller {
  readonly steps: () => readonly PunchStep[];
  readonly tell: (step: PunchStep['step'], text: string) => void;
}

export function createStepTeller({
  elapsed,
  onStep,
}: {
  /** The milliseconds since the start. */
  readonly elapsed: () => number;
  readonly onStep: (step: PunchStep) => void;
}): StepTeller {
  const steps: PunchStep[] = [];
  return {
    steps: () => steps,
    tell: (step, text) => {
      if (steps.some((one) => one.step === step)) return;
      const told: PunchStep = { step, atMs: Math.round(elapsed()), text };
      steps.push(told);
      onStep(told);
    },
  };
}

/** A punch while it goes on, on stderr: each step a line that stays; below it, where somebody is looking, what is waited for. */
import { Chalk } from 'chalk';
import type { PunchEvent } from '../../src/punch/event.ts';
import type { PunchReport } from '../../src/punch/report.ts';
import { renderStep } from './punch-text.ts';

export interface PunchProgress extends Disposable {
  readonly show: (event: PunchEvent) => void;
  /** There is a path. */
  readonly connected: (report: PunchReport) => void;
}

/** Loads ora only when it is shown. */
export async function createPunchProgress({
  peer,
  spinner: enabled,
  stderr,
}: {
  readonly peer: string;
  readonly spinner: boolean;
  readonly stderr: NodeJS.WritableStream;
}): Promise<PunchProgress> {
  const spinner = enabled
    ? (await import('ora')).default({ text: 'joining the rendezvous', stream: stderr, discardStdin: false }).start()
    : null;
  const paint = new Chalk({ level: enabled ? 1 : 0 });
  const line = (text: string, next?: string): void => {
    spinner?.stop();
    stderr.write(`${text}\n`);
    if (spinner && next !== undefined) spinner.text = next;
    spinner?.start();
  };
  return {
    show: (event) => {
      switch (event.kind) {
        case 'step':
          line(renderStep(event.step, { color: enabled }), waitedFor(event.step.step, peer));
          return;
        case 'plan': {
          const { technique, text } = event.plan;
          line(`plan: ${paint.bold(technique)}: ${text}`);
          return;
        }
        case 'notice':
          line(paint.yellow(event.text));
      }
    },
    connected: ({ outcome, plan }) => {
      const isTried = outcome === 'relayed' && plan?.technique !== 'relay';
      if (isTried) line('connected through a relay; a direct path is tried on');
      if (spinner) spinner.text = isTried ? `trying for a direct path to ${peer}` : 'measuring the path';
    },
    [Symbol.dispose]: () => void spinner?.stop(),
  };
}

function waitedFor(step: number, peer: string): string | undefined {
  if (step === 1) return `waiting for ${peer}`;
  return step === 4 || step === 5 ? `punching toward ${peer}` : undefined;
}

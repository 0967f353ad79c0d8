/** Shows on stderr how a punch goes on: each step is a line that stays; on a terminal, what is waited for is shown below. */
import { Chalk } from 'chalk';
import type { PunchReport } from '../../../src/punch/report/report.ts';
import type { PunchEvent } from '../../../src/punch/report/steps.ts';
import { visible } from '../../../src/visible.ts';
import type { Context } from '../../command.ts';
import { visibleIn } from '../layout/visible-in.ts';
import { hang } from '../layout/wrap.ts';
import { renderStep } from '../punch-text.ts';
import { createSpinner } from './spinner.ts';
import { createWaiting, type WaitedFor } from './waiting.ts';

export interface PunchProgress extends Disposable {
  readonly show: (event: PunchEvent) => void;
  /** Says that the path is open. */
  readonly connected: (report: PunchReport) => void;
  /** Writes a line that stays. */
  readonly line: (text: string) => void;
}

export async function createPunchProgress(
  waited: WaitedFor,
  context: Pick<Context, 'spinner' | 'stderr' | 'streams' | 'signal'>,
): Promise<PunchProgress> {
  const { spinner: isShown, stderr } = context;
  const { peer } = waited;
  const spinner = isShown ? await createSpinner(context) : null;
  spinner?.say('joining the rendezvous');
  const line = (text: string): void => (spinner ? spinner.line(text) : stderr.write(`${text}\n`));
  const waiting = createWaiting(waited, { line, say: spinner?.say ?? null });
  return {
    line: (text) => line(hang('', visible(text), stderr.columns)),
    show: (event) => {
      if (event.kind === 'step' && event.step.step === 1) waiting.begin();
      else if (event.kind !== 'notice') waiting[Symbol.dispose]();
      line(eventText(visibleIn(event), { color: isShown, columns: stderr.columns }));
      const next = event.kind === 'step' ? waitedFor(event.step.step, peer) : undefined;
      if (next !== undefined) spinner?.say(next);
    },
    connected: ({ outcome, plan }) => {
      const isTried = outcome === 'relayed' && plan?.technique !== 'relay';
      if (isTried) line('connected through a relay; still trying for a direct path');
      spinner?.say(isTried ? `trying for a direct path to ${peer}` : 'measuring the path');
    },
    [Symbol.dispose]: () => {
      waiting[Symbol.dispose]();
      spinner?.[Symbol.dispose]();
    },
  };
}

function eventText(event: PunchEvent, options: { readonly color: boolean; readonly columns: number | null }): string {
  const paint = new Chalk({ level: options.color ? 1 : 0 });
  switch (event.kind) {
    case 'step':
      return renderStep(event.step, options);
    case 'plan':
      return hang('plan: ', `${paint.bold(event.plan.technique)}: ${event.plan.text}`, options.columns);
    case 'notice':
      return hang('', paint.yellow(event.text), options.columns);
  }
}

function waitedFor(step: number, peer: string): string | undefined {
  if (step === 1) return `waiting for ${peer}`;
  return step === 4 || step === 5 ? `punching toward ${peer}` : undefined;
}

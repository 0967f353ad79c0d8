/** Shows on stderr how far the test of the mapping lifetime is: as a bar on a terminal, as lines elsewhere. */
import type { LifetimeProgress } from '../../../src/nat/extra-tests/lifetime.ts';
import type { Context } from '../../command.ts';
import { createSpinner } from './spinner.ts';

const BAR_WIDTH = 30;
const TICK_MS = 1000;

export interface LifetimeOutput extends Disposable {
  readonly show: (progress: LifetimeProgress) => void;
}

/** Shows the test. @param maxS how long it may take. */
export async function createLifetimeProgress(
  maxS: number,
  context: Pick<Context, 'spinner' | 'stderr' | 'streams' | 'signal'>,
): Promise<LifetimeOutput> {
  const { spinner: isShown, stderr } = context;
  if (!isShown) {
    stderr.write(`mapping lifetime: this takes up to ${maxS} s\n`);
    return {
      show: ({ aliveAfterS }) => stderr.write(`mapping lifetime: alive after ${aliveAfterS} s\n`),
      [Symbol.dispose]() {},
    };
  }
  const spinner = await createSpinner(context);
  const startedAt = performance.now();
  let aliveAfterS = 0;
  const tick = (): void => {
    const elapsedS = Math.floor((performance.now() - startedAt) / 1000);
    spinner.say(lifetimeBar({ elapsedS, maxS, aliveAfterS }));
  };
  tick();
  const ticking = setInterval(tick, TICK_MS);
  return {
    show: (progress) => {
      ({ aliveAfterS } = progress);
      tick();
    },
    [Symbol.dispose]: () => {
      clearInterval(ticking);
      spinner[Symbol.dispose]();
    },
  };
}

/** `mapping lifetime [########----------------------] 48 of 180 s, alive after 45 s`. */
export function lifetimeBar({
  elapsedS,
  maxS,
  aliveAfterS,
}: {
  readonly elapsedS: number;
  readonly maxS: number;
  readonly aliveAfterS: number;
}): string {
  const done = Math.round(BAR_WIDTH * Math.min(1, elapsedS / maxS));
  const bar = '#'.repeat(done) + '-'.repeat(BAR_WIDTH - done);
  const alive = aliveAfterS > 0 ? `, alive after ${aliveAfterS} s` : '';
  return `mapping lifetime [${bar}] ${elapsedS} of ${maxS} s${alive}`;
}

/** A test of the mapping lifetime while it goes on, on stderr: a bar where somebody is looking, lines elsewhere. */
import type { LifetimeProgress } from '../../src/nat/lifetime.ts';

const BAR_WIDTH = 30;
const TICK_MS = 1000;

export interface LifetimeOutput extends Disposable {
  readonly show: (progress: LifetimeProgress) => void;
}

/** Loads ora only when it is shown. @param maxS how long it may take. */
export async function createLifetimeProgress({
  maxS,
  enabled,
  stderr,
}: {
  readonly maxS: number;
  readonly enabled: boolean;
  readonly stderr: NodeJS.WritableStream;
}): Promise<LifetimeOutput> {
  if (!enabled) {
    stderr.write(`mapping lifetime: this takes up to ${maxS} s\n`);
    return {
      show: ({ aliveAfterS }) => void stderr.write(`mapping lifetime: alive after ${aliveAfterS} s\n`),
      [Symbol.dispose]() {},
    };
  }
  const { default: ora } = await import('ora');
  const startedAt = performance.now();
  let aliveAfterS = 0;
  const text = (): string =>
    lifetimeBar({ elapsedS: Math.floor((performance.now() - startedAt) / 1000), maxS, aliveAfterS });
  const spinner = ora({ text: text(), stream: stderr, discardStdin: false }).start();
  const tick = (): void => {
    spinner.text = text();
  };
  const ticking = setInterval(tick, TICK_MS);
  return {
    show: (progress) => {
      ({ aliveAfterS } = progress);
      tick();
    },
    [Symbol.dispose]: () => {
      clearInterval(ticking);
      spinner.stop();
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

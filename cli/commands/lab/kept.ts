/** `natcheck lab run --keep`: the pair that went wrong as a lab that `natcheck lab exec` finds. */
import { once } from 'node:events';
import type { Engine } from '../../../lab/docker/engine/engine.ts';
import { type RunningLab, runningLab } from '../../../lab/docker/keeper/running-lab.ts';
import type { Claim } from '../../../lab/docker/keeper/state.ts';
import type { Lab } from '../../../lab/docker/lab.ts';
import type { KeptPair } from '../../../lab/run/pair/run-pair.ts';
import type { Context } from '../../command.ts';
import { renderKept } from '../../render/lab/kept-text.ts';

/** With a place for each side, by its name; its program is the guest of its client. */
export function keptLab({ sides }: KeptPair, lab: Lab, engine: Engine): RunningLab {
  const guests = new Map(
    sides.flatMap(({ site, container }) => (container === null ? [] : [[site.client(0).name, container] as const])),
  );
  const running = runningLab(lab, { engine, guests });
  const sites = sides.flatMap(({ name, site }) =>
    running.sites.filter((one) => one.name === site.name).map((one) => ({ ...one, name })),
  );
  return { ...running, sites };
}

export interface Keeping {
  readonly claim: Claim;
  readonly running: RunningLab;
  readonly context: Pick<Context, 'stderr' | 'signal'>;
}

/** Says how to look into it, and waits. @throws the signal's reason. */
export async function keepUntilInterrupted(pair: KeptPair, { claim, running, context }: Keeping): Promise<never> {
  const { stderr, signal } = context;
  await claim.publish(running);
  const sides = pair.sides.map(({ name }) => name);
  stderr.write(`\n${renderKept({ ...pair, sides }, stderr.columns)}\n`);
  if (!signal.aborted) await once(signal, 'abort');
  throw signal.reason;
}

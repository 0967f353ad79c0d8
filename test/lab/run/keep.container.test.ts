/** The first pair that goes wrong can be kept, with its programs as they are. */
import { expect, inject, it } from 'vitest';
import { connectDocker } from '../../../lab/docker/engine/testcontainers.ts';
import type { RunResult } from '../../../lab/results/run-result.ts';
import { notInGate } from '../../runs.ts';
import { describeLab } from '../docker/provided.ts';
import { outcomes, runHere } from './run-here.ts';

describeLab('a run that keeps what goes wrong', () => {
  it('begins no further pair then, tells what there is, and lets the programs go on until it is told to end', async ({
    skip,
  }) => {
    notInGate(skip);
    const docker = await connectDocker(inject('lab')?.host ?? '');
    const isRunning = async (id: string | null): Promise<boolean> =>
      docker
        .getContainer(id ?? '')
        .inspect()
        .then(
          ({ State }) => State.Running,
          () => false,
        );
    const told: RunResult[] = [];
    const kept: string[] = [];
    let containers: readonly (string | null)[] = [];
    const result = await runHere(
      {
        sides: { a: { command: 'echo started; sleep 600' }, b: { command: 'exit 3' } },
        nats: ['full-cone', 'restricted'],
        success: { within: '2s', a: { line: 'started' }, b: { exit: 3 } },
        expect: { table: { 'full-cone × full-cone': 'none' }, otherwise: 'direct' },
        'pairs-at-once': 1,
      },
      {
        repeat: 2,
        onResult: async (soFar) => void told.push(soFar),
        onKept: async ({ a, b, sides }, lab) => {
          kept.push(`${a} × ${b}`, ...sides.map(({ name, site }) => `${name} ${site.name} ${lab.nat(site.name).name}`));
          containers = sides.map(({ container }) => container);
          expect(await Promise.all(containers.map(isRunning))).toEqual([true, false]);
        },
      },
    );
    expect(told).toEqual([result]);
    expect(outcomes(result)).toEqual(['full-cone × full-cone: unseen']);
    expect(result.cells[0]?.tries).toHaveLength(1);
    expect(result).toMatchObject({ pairs: 4, isComplete: false, isAsExpected: false });
    expect(kept).toEqual(['full-cone × full-cone', 'a full-cone full-cone', 'b full-cone-2 full-cone-2']);
    expect(await Promise.all(containers.map(isRunning))).toEqual([false, false]);
  }, 120_000);
});

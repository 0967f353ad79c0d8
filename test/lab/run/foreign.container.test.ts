/** Programs of others, unmodified, by the lab files of the examples: docs/lab-results.md has all their pairs. */
import { expect, it } from 'vitest';
import { behindNat } from '../../../lab/accesses.ts';
import { readLabFile } from '../../../lab/file/read.ts';
import { FULL_CONE, type NatProfile, PORT_RESTRICTED, SYMMETRIC } from '../../../lab/profiles.ts';
import type { RunResult } from '../../../lab/results/run-result.ts';
import { notInGate } from '../../runs.ts';
import { describeLab } from '../docker/provided.ts';
import { outcomes, runFile } from './run-here.ts';

async function runBetween(path: string, nats: readonly NatProfile[]): Promise<RunResult> {
  const accesses = nats.map(behindNat);
  return runFile({ ...(await readLabFile(path)), rows: accesses, columns: accesses });
}

describeLab('programs of others', () => {
  it('nebula opens a direct path by what its lighthouse tells', async () => {
    const result = await runBetween('examples/lab/nebula.yml', [FULL_CONE, PORT_RESTRICTED]);
    expect(outcomes(result)).toEqual([
      'full-cone × full-cone: direct',
      'full-cone × port-restricted: direct',
      'port-restricted × full-cone: direct',
      'port-restricted × port-restricted: direct',
    ]);
    expect(result.about).toEqual([{ name: 'packages', value: expect.stringMatching(/^nebula 1\.6\.1\S*$/) }]);
  }, 120_000);

  it('aioice has a path between any two NATs, between two symmetric ones by coturn', async ({ skip }) => {
    notInGate(skip);
    const result = await runBetween('examples/lab/aioice/lab.yml', [FULL_CONE, SYMMETRIC]);
    expect(result).toMatchObject({ isAsExpected: true, pairs: 4 });
    const [symmetric] = result.cells.at(-1)?.tries ?? [];
    expect(symmetric).toMatchObject({ outcome: 'relayed', path: { via: expect.arrayContaining(['turn']) } });
  }, 120_000);
});

/** Lab files, run in containers behind real NATs. */
import { expect, inject, it } from 'vitest';
import type { LabFile } from '../../../lab/file/lab-file.ts';
import { parseLabFile, readLabFile } from '../../../lab/file/read.ts';
import type { RunResult } from '../../../lab/results/run-result.ts';
import { runLabFile } from '../../../lab/run/run-lab-file.ts';
import { describeLab } from '../docker/provided.ts';

const run = (file: LabFile): Promise<RunResult> => {
  const { host = '', image = '' } = inject('lab') ?? {};
  return runLabFile(file, { engine: { host }, image, progress: () => {}, signal: new AbortController().signal });
};
const outcomes = ({ cells }: RunResult): readonly string[] =>
  cells.map(({ a, b, tries: [first] }) => `${a} × ${b}: ${first.outcome}`);

describeLab('natcheck lab run', () => {
  it('says of natcheck punch what the routers saw', async () => {
    const result = await run(await readLabFile('examples/lab/natcheck.yml'));
    expect(outcomes(result)).toEqual([
      'port-restricted × port-restricted: direct',
      expect.stringMatching(/^port-restricted × symmetric: (direct|relayed)$/),
      expect.stringMatching(/^symmetric × port-restricted: (direct|relayed)$/),
      'symmetric × symmetric: relayed',
    ]);
    expect(result.cells.at(-1)?.tries[0].path?.via).toEqual(['server']);
    expect(result).toMatchObject({ isAsExpected: true, isComplete: true, pairs: 4 });
  }, 120_000);

  it('does not take the word of a program that claims a path where nothing passed, and tells why one failed', async () => {
    const file = (command: string): LabFile =>
      parseLabFile(
        JSON.stringify({
          sides: { command },
          nats: ['full-cone'],
          success: { within: '3s', line: 'connected' },
          expect: 'direct',
        }),
        { file: 'nat-lab.json', dir: '/' },
      );
    const lying = await run(file('echo connected directly; sleep 60'));
    expect(outcomes(lying)).toEqual(['full-cone × full-cone: unseen']);
    const ended = await run(file('exit 3'));
    expect(ended.cells[0]?.tries[0]).toMatchObject({
      outcome: 'none',
      reason: expect.stringMatching(/^[ab] ended with 3 before it printed \/connected\/$/),
    });
    const missing = await run(file('sleep 60'));
    expect(missing.cells[0]?.tries[0].reason).toBe('a did not print /connected/; b did not print /connected/ in 3 s');
    expect([lying, ended, missing].map(({ isAsExpected }) => isAsExpected)).toEqual([false, false, false]);
  }, 120_000);
});

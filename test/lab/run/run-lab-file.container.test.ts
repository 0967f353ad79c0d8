/** Lab files, run in containers behind real NATs. */
import { expect, it } from 'vitest';
import { behindNat } from '../../../lab/accesses.ts';
import { readLabFile } from '../../../lab/file/read.ts';
import { DYNAMIC, FULL_CONE, SYMMETRIC } from '../../../lab/profiles.ts';
import type { RunResult } from '../../../lab/results/run-result.ts';
import { CutShortError } from '../../../lab/run/cut-short.ts';
import { notInGate } from '../../runs.ts';
import { describeLab } from '../docker/provided.ts';
import { outcomes, runFile, runHere } from './run-here.ts';

describeLab('natcheck lab run', () => {
  it('says of natcheck punch what the routers saw', async () => {
    const result = await runFile(await readLabFile('examples/lab/natcheck.yml'));
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
    const withCommand = (command: string): Promise<RunResult> =>
      runHere({
        sides: { command },
        nats: ['full-cone'],
        success: { within: '3s', line: 'connected' },
        expect: 'direct',
      });
    const lying = await withCommand('echo connected directly; sleep 60');
    expect(outcomes(lying)).toEqual(['full-cone × full-cone: unseen']);
    const ended = await withCommand('exit 3');
    expect(ended.cells[0]?.tries[0]).toMatchObject({
      outcome: 'none',
      reason: expect.stringMatching(/^[ab] ended with 3 before it printed \/connected\/$/),
    });
    const missing = await withCommand('sleep 60');
    expect(missing.cells[0]?.tries[0].reason).toBe('a did not print /connected/; b did not print /connected/ in 3 s');
    expect([lying, ended, missing].map(({ isAsExpected }) => isAsExpected)).toEqual([false, false, false]);
  }, 120_000);

  it('takes each address of a pool for the side that is behind it, and ends with the pairs that were finished', async ({
    skip,
  }) => {
    notInGate(skip);
    const whole = await readLabFile('examples/lab/natcheck.yml');
    const [rows, columns] = [[behindNat(DYNAMIC)], [behindNat(FULL_CONE), behindNat(SYMMETRIC)]];
    const stop = new AbortController();
    const ended = await runFile(
      { ...whole, rows, columns, pairsAtOnce: 1 },
      { signal: stop.signal, onCell: () => stop.abort(new Error('enough')) },
    ).catch((error: unknown) => error);
    expect(ended).toBeInstanceOf(CutShortError);
    const { result, cause } = ended as CutShortError;
    expect(cause).toEqual(new Error('enough'));
    expect(outcomes(result)).toEqual(['dynamic × full-cone: direct']);
    expect(result).toMatchObject({ pairs: 2, isComplete: false });
  }, 120_000);

  it('says which command before the program has failed, and tries a pair as often as it is told', async () => {
    const before = { before: ['cd /', 'false'], command: ['echo', 'connected'] };
    const content = { sides: before, nats: ['full-cone'], success: { within: '10s', exit: 0 }, expect: 'none' };
    const [cell] = (await runHere(content, { repeat: 2 })).cells;
    expect(cell?.tries.map(({ outcome }) => outcome)).toEqual(['none', 'none']);
    expect(cell?.tries.map(({ ladder }) => ladder !== null)).toEqual([true, false]);
    expect(cell?.tries[0].reason).toMatch(
      /^[ab] ended with 125, not with 0; its last words were "natcheck: what comes before the program has failed with 1: false"$/,
    );
    const said = cell?.tries[0].sides.flatMap(({ output }) => output.map(({ text }) => text));
    expect(said).toContain('natcheck: what comes before the program has failed with 1: false');
  }, 120_000);
});

import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { thisProcess } from '../../../../lab/docker/engine/process-id.ts';
import { claimLab, knownLab } from '../../../../lab/docker/keeper/state.ts';
import { EXAMPLE_LAB } from './example-lab.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'natcheck-test-'));
});
afterEach(() => rm(dir, { recursive: true }));

describe('the state of a lab', () => {
  it('names its keeper from the start, the lab when it is there, and nothing when it is gone', async () => {
    expect(await knownLab(dir)).toBeNull();
    const claim = await claimLab(dir);
    const state = { schema: 'natcheck.lab/1', keeper: await thisProcess(), isKept: true };
    expect(await knownLab(dir)).toEqual({ ...state, lab: null });
    await claim.publish(EXAMPLE_LAB);
    expect(await knownLab(dir)).toEqual({ ...state, lab: EXAMPLE_LAB });
    await claim[Symbol.asyncDispose]();
    expect(await readdir(dir)).toEqual([]);
  });

  it('is for its user alone to read', async () => {
    await using claim = await claimLab(dir);
    await claim.publish(EXAMPLE_LAB);
    expect((await stat(join(dir, 'lab.json'))).mode & 0o777).toBe(0o600);
  });

  it('lets no second keeper in, and says what there is', async () => {
    await using claim = await claimLab(dir);
    await expect(claimLab(dir)).rejects.toThrow(`a lab is being started (keeper pid ${process.pid})`);
    await claim.publish(EXAMPLE_LAB);
    await expect(claimLab(dir)).rejects.toThrow(`a lab is running (keeper pid ${process.pid})`);
    expect(await readdir(dir)).toEqual(['lab.json']);
  });

  it.each([
    ['a keeper whose pid is another process by now', { pid: process.pid, started: 'long ago' }],
    ['a keeper that is gone', { pid: 2 ** 22 + 1, started: '1' }],
  ])('of %s stands in nobody’s way', async (_who, keeper) => {
    await writeFile(join(dir, 'lab.json'), JSON.stringify({ schema: 'natcheck.lab/1', keeper, lab: EXAMPLE_LAB }));
    expect(await knownLab(dir)).toMatchObject({ isKept: false });
    await using _claim = await claimLab(dir);
    expect(await knownLab(dir)).toMatchObject({ keeper: { pid: process.pid }, isKept: true, lab: null });
  });

  it.each(['', '{"schema":"another/1"}', 'null'])('is none when the file holds %j', async (text) => {
    await writeFile(join(dir, 'lab.json'), text);
    expect(await knownLab(dir)).toBeNull();
    await using _claim = await claimLab(dir);
  });
});

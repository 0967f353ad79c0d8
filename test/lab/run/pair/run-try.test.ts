import { expect, it } from 'vitest';
import { GuestError } from '../../../../lab/docker/container/guest.ts';
import { EngineFullError } from '../../../../lab/docker/engine/answer/full.ts';
import { parseLabFile } from '../../../../lab/file/read.ts';
import { runTry, type TryEnd } from '../../../../lab/run/pair/run-try.ts';

/** A try whose programs the engine does not start. */
function refusedBy(error: Error): Promise<TryEnd> {
  const file = parseLabFile('sides: { command: x }\nsuccess: { exit: 0 }', { file: 'f', dir: '/' });
  const site = { client: () => ({ run: () => Promise.reject(error) }) } as never;
  const sides = file.sides.map((side) => ({ side, site, access: 'open', image: { image: 'i', ownCommand: null } }));
  const facts = { sides: new Map(), helpers: new Map(), pair: 'p', server: '', alternate: '', shared: '' };
  const { signal } = new AbortController();
  return runTry({ file, sides, facts, helpers: new Map(), volume: null, toldLength: 100, signal });
}

it('a program that cannot be started is the error of its try', async () => {
  expect(await refusedBy(new GuestError('no such image'))).toMatchObject({ kind: 'error', reason: 'no such image' });
});

it('an engine without room on its disk is no matter of a try: it ends the run', async () => {
  const full = new EngineFullError('the engine has no room left');
  await expect(refusedBy(full)).rejects.toBe(full);
});

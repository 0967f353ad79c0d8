/** The samples of docs/sim.md run, and print what the page says that they do. */
import { spawnSync } from 'node:child_process';
import { mkdtempDisposableSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT, SAMPLES } from './sample.ts';

const PAGE = 'docs/sim.md';
const samples = SAMPLES.filter(({ place }) => place.startsWith(`${PAGE}:`));

/** What the page says that the sample prints: the comment at the end of its last line, or else the block of text. */
function promisedBy(code: string): string {
  const comment = /\); \/\/ (.*)\n$/.exec(code)?.[1];
  if (comment !== undefined) return `${comment}\n`;
  if (!code.includes('formatTraceEntry')) return '';
  return /^```text\n(.*?)^```$/ms.exec(readFileSync(join(ROOT, PAGE), 'utf8'))?.[1] ?? 'no block of text';
}

it('there are seven samples, of which five print something', () => {
  expect(samples).toHaveLength(7);
  expect(samples.filter(({ code }) => promisedBy(code) !== '')).toHaveLength(5);
});

it.each(samples)('$place prints what it should', ({ code }) => {
  using dir = mkdtempDisposableSync(join(tmpdir(), 'natcheck-sample-'));
  const file = join(dir.path, 'sample.mts');
  writeFileSync(file, code.replace("'natcheck/sim'", `'${join(ROOT, 'lab/sim/index.ts')}'`));
  const { status, stdout, stderr } = spawnSync(process.execPath, [file], { encoding: 'utf8' });
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: promisedBy(code), stderr: '' });
});

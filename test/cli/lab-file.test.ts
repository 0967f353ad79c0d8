/** `natcheck lab schema`, and what `natcheck lab run` says of a file that is wrong, before it looks for an engine. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import schema from '../../docs/schema/natcheck.lab-file-1.schema.json' with { type: 'json' };
import { natcheck } from './natcheck.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'natcheck-test-'));
});
afterEach(() => rm(dir, { recursive: true }));

it('the schema is printed as it is in the package', async () => {
  const { code, stdout, stderr } = await natcheck(['lab', 'schema']);
  expect({ code, schema: JSON.parse(stdout), stderr }).toEqual({ code: 0, schema, stderr: '' });
});

it('a wrong lab file is told of line by line, as compilers do', async () => {
  const file = join(dir, 'nat-lab.yml');
  await writeFile(file, 'sides: { comand: x }\nsuccess: { within: 30 }\n');
  const { code, stdout, stderr } = await natcheck(['lab', 'run', file]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr.trimEnd().split('\n')).toEqual([
    `${file}:1:10: sides.comand: there is no such key here; did you mean command?`,
    `${file}:2:20: success.within: 30 has no unit: a time is a number with one of the units ms, s, m, h, such as 30s`,
  ]);
});

it('a lab file that is not there is told of', async () => {
  const file = join(dir, 'gone.yml');
  const { code, stderr } = await natcheck(['lab', 'run', file]);
  expect({ code, stderr }).toEqual({ code: 2, stderr: `${file}:1:1: there is no such file\n` });
});

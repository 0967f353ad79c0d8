/** What the lab of containers cannot be is refused with its place in the lab file, before anything is started. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readLabFile } from '../../../lab/file/read.ts';
import { requireRealizable } from '../../../lab/run/require-realizable.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'natcheck-realizable-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** What is said of a file with these accesses, a line each; nothing if it can be run. */
async function saidOf(nats: string, further = ''): Promise<readonly string[]> {
  const path = join(folder, 'lab.yml');
  const text = `sides:\n  command: my-program\n${further}nats:\n${nats}\nsuccess: { exit: 0 }\n`;
  await writeFile(path, text);
  const file = await readLabFile(path);
  try {
    requireRealizable(file);
    return [];
  } catch (error) {
    return (error as Error).message.split('\n').map((line) => line.replace(path, 'lab.yml'));
  }
}

it('every set of accesses can be run, and so can NATs that keep parity, draw stable ports or have a pool', async () => {
  for (const set of ['classic', 'hard', 'further', 'translations', 'untranslated', 'all']) {
    expect(await saidOf(`  [${set}]`)).toEqual([]);
  }
  const own = '{ name: mine, mapping: endpoint-independent, filtering: address-and-port-dependent';
  expect(await saidOf(`  - ${own}, ports: parity, hairpin: true, lifetime: 20s, ipv6: nat66 }`)).toEqual([]);
  expect(await saidOf(`  - ${own}, ports: random, pool: 4 }`)).toEqual([]);
});

it('what cannot be made is told once for each place, with all that is wrong', async () => {
  const nats = [
    '  - full-cone',
    '  - { name: counting, mapping: endpoint-independent, filtering: address-dependent, ports: sequential }',
    '  - { name: pooled, mapping: endpoint-independent, filtering: endpoint-independent, pool: 2, hairpin: true }',
  ].join('\n');
  expect(await saidOf(nats)).toEqual([
    'lab.yml:5:5: nats[1]: counting: the container lab has no sequential ports with endpoint-independent mapping',
    'lab.yml:6:5: nats[2]: pooled: the container lab has no endpoint-independent filter with a pool of addresses, no hairpinning with a pool of addresses',
  ]);
});

it('a further side has its place too', async () => {
  const further =
    '  c: { nat: { name: odd, mapping: address-dependent, filtering: address-and-port-dependent, ports: parity } }\n';
  expect(await saidOf('  [full-cone]', further)).toEqual([
    'lab.yml:3:13: sides.c.nat: odd: the container lab has no parity ports with address-dependent mapping',
  ]);
});

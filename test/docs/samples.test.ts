/** The samples of README and docs: they are right in their types, and run on the oldest Node that natcheck runs on. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempDisposableSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { punch } from '../../src/punch/punch.ts';
import { startFakeServer } from '../net/fake-server.ts';
import { HOST, startTestServer } from '../net/rendezvous/peers.ts';
import { ownedProcess } from '../owner/owned-by-test.ts';
import { ROOT, SAMPLES } from './sample.ts';

/** Where the packages that samples import are found: within node_modules, and in nobody's way. */
const CACHE = join(ROOT, 'node_modules/.cache');

const sampleOf = (needle: string): string => {
  const found = SAMPLES.filter(({ code }) => code.includes(needle));
  expect(found).toHaveLength(1);
  return found[0]?.code ?? '';
};

/** The page on the architecture imports sources, by the path from itself. */
const fromDir = (dir: string, code: string): string =>
  code.replace(/'\.\.\/((?:src|server|lab)\/)/g, `'${relative(dir, ROOT)}/$1`);

it('there are samples', () => {
  expect(SAMPLES.length).toBeGreaterThan(6);
});

it('every sample is right in its types', () => {
  mkdirSync(CACHE, { recursive: true });
  using dir = mkdtempDisposableSync(join(CACHE, 'natcheck-samples-'));
  for (const [index, { code, place: from }] of SAMPLES.entries()) {
    writeFileSync(join(dir.path, `${index}.ts`), `// ${from}\n${fromDir(dir.path, code)}\nexport {};\n`);
  }
  const compilerOptions = {
    types: ['node'],
    noUnusedLocals: false,
    paths: {
      natcheck: [join(ROOT, 'src/index.ts')],
      'natcheck/*': [join(ROOT, 'src/*/index.ts')],
      'natcheck/lab': [join(ROOT, 'lab/index.ts')],
      'natcheck/server': [join(ROOT, 'server/index.ts')],
      'natcheck/sim': [join(ROOT, 'lab/sim/index.ts')],
      'natcheck/vitest': [join(ROOT, 'lab/vitest/index.ts')],
      'natcheck/vitest/setup': [join(ROOT, 'lab/vitest/setup.ts')],
    },
  };
  const config = {
    extends: join(ROOT, 'tsconfig.json'),
    compilerOptions,
    files: SAMPLES.map((_, index) => `${index}.ts`),
  };
  writeFileSync(join(dir.path, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(dir.path, 'tsconfig.json'), JSON.stringify(config));
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', dir.path], { encoding: 'utf8' });
  expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
});

/** Node 24 is the first that knows `using`, and Node 22 takes off types but does not translate. */
it.each(SAMPLES)('$place is written in what Node 22 knows', ({ code }) => {
  expect(code).not.toMatch(/\busing\s+\w+\s*=/);
});

/** Runs it beside the sources. */
async function runSample(
  code: string,
): Promise<{ readonly code: unknown; readonly stdout: string; readonly stderr: string }> {
  // Node takes the types off no file in node_modules.
  using dir = mkdtempDisposableSync(join(tmpdir(), 'natcheck-sample-'));
  const file = join(dir.path, 'sample.mts');
  writeFileSync(file, code.replace("'natcheck'", `'${join(ROOT, 'src/index.ts')}'`));
  const child = ownedProcess(spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'pipe'] }));
  const [stdout, stderr, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code: exitCode, stdout, stderr };
}

it('the sample of a detection runs, against a server on loopback', async () => {
  await using server = await startFakeServer();
  const code = sampleOf('await detect(').replace('stun.example.org', server.name);
  expect(await runSample(code)).toEqual({
    code: 0,
    stdout: expect.stringMatching(/^open \{ address: '127\.0\.0\.1', port: \d+ \}\n$/),
    stderr: '',
  });
});

it('the sample of a punch runs, against a peer on loopback', async () => {
  await using server = await startTestServer();
  const where = { server: `${HOST}:${server.addresses[0]?.port}`, rendezvous: `ws://${HOST}:${server.httpPort}` };
  const code = sampleOf('await punch(').replace("server: 'stun.example.org',", `...${JSON.stringify(where)},`);
  const sample = runSample(code);
  await using bob = await punch({ ...where, id: 'bob', peer: 'alice' });
  const heard = new Promise((resolve) => bob.path?.onData((bytes) => resolve(Buffer.from(bytes).toString())));
  expect(await heard).toBe('hello');
  expect(await sample).toMatchObject({ code: 0, stdout: '' });
});

it('the sample of a room runs, against two peers on loopback', async () => {
  await using server = await startTestServer();
  const where = { server: `${HOST}:${server.addresses[0]?.port}`, rendezvous: `ws://${HOST}:${server.httpPort}` };
  const code = sampleOf('const met =').replace("server: 'stun.example.org',", `...${JSON.stringify(where)},`);
  const sample = runSample(code);
  const [bob, carol] = ['bob', 'carol'].map(async (id) => {
    await using punched = await punch({ ...where, room: 'our-mesh', id, peer: 'alice' });
    const heard = new Promise((resolve) => punched.path?.onData((bytes) => resolve(Buffer.from(bytes).toString())));
    return [await heard, (await punched.path?.closed)?.reason];
  });
  expect([await bob, await carol]).toEqual([
    ['hello', 'peer-left'],
    ['hello', 'peer-left'],
  ]);
  expect(await sample).toEqual({ code: 0, stdout: 'bob direct null\ncarol direct null\n', stderr: '' });
});

/** What a start loads: a command waits for each part of Node, and of natcheck, that it loads. */
import { spawnSync } from 'node:child_process';
import { mkdtempDisposableSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { MAIN } from '../natcheck.ts';

/** Parts of Node that take long to load, by the names that it lists them by. */
const HEAVY = ['crypto', 'dgram', 'http', 'internal/deps/undici/undici', 'tls', 'zlib'];

/** A segmenter is what splits a text into letters, with tables of all the world's. */
const TELL = `const { Segmenter } = Intl;
let hasLetters = false;
Intl.Segmenter = class extends Segmenter {
  constructor(...words) {
    super(...words);
    hasLetters = true;
  }
};
process.on('exit', () => {
  process.stderr.write('\\n' + JSON.stringify({ node: process.moduleLoadList, hasLetters }));
});`;

interface Loaded {
  readonly heavy: readonly string[];
  readonly hasLetters: boolean;
}

function loadedBy(words: readonly string[]): Loaded {
  using place = mkdtempDisposableSync(join(tmpdir(), 'natcheck-test-'));
  const tell = join(place.path, 'tell.cjs');
  writeFileSync(tell, TELL);
  const { stderr } = spawnSync(process.execPath, ['--require', tell, MAIN, ...words], { encoding: 'utf8' });
  const told = JSON.parse(stderr.split('\n').at(-1) ?? '') as { node: readonly string[]; hasLetters: boolean };
  const heavy = HEAVY.filter((name) => told.node.includes(`NativeModule ${name}`));
  return { heavy, hasLetters: told.hasLetters };
}

it.each([[['--version']], [['--help']], [['detect', '--help']], [['serve', '--help']]])(
  '%j loads none of what takes long',
  (words) => {
    expect(loadedBy(words)).toEqual({ heavy: [], hasLetters: false });
  },
);

it('a detection loads what it sends by, and no HTTP', () => {
  const words = ['detect', '--server', '127.0.0.1:9', '--timeout', '1', '--json'];
  expect(loadedBy(words)).toEqual({ heavy: ['crypto', 'dgram', 'zlib'], hasLetters: false });
});

it('a punch loads HTTP for its WebSocket, but not the other client of HTTP that Node has', () => {
  const where = ['--server', '127.0.0.1:9', '--rendezvous', 'ws://127.0.0.1:9'];
  const words = ['punch', ...where, '--id', 'a', '--peer', 'b', '--wait', '0.1'];
  expect(loadedBy(words)).toEqual({ heavy: ['crypto', 'dgram', 'http', 'tls', 'zlib'], hasLetters: false });
});

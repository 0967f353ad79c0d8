/**
 * Once per run of the container tests: an engine, and the image with natcheck as the sources are now. NATCHECK_TEST_DIST names
 * the folder where they are built, if they are.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { TestProject } from 'vitest/node';
import { run } from '../../../lab/docker/engine/command.ts';
import { type Engine, ensureImage, findEngine } from '../../../lab/index.ts';
import { createOwner, type Owner } from '../../../src/net/owner.ts';
import { openLabPool } from './lab-pool/pool.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Null when container tests are left out. */
    readonly lab: {
      readonly kind: Engine['kind'];
      readonly host: string;
      readonly image: string;
      /** Where labs can be borrowed. */
      readonly pool: string;
    } | null;
  }
}

const progress = (line: string): void => void process.stderr.write(`lab: ${line}\n`);

export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (process.env.NATCHECK_LAB_ENGINE === 'none') {
    progress('WARNING: the container tests are LEFT OUT, because NATCHECK_LAB_ENGINE=none; no real NAT is tested');
    project.provide('lab', null);
    return;
  }
  await using started = createOwner();
  const engine = started.use(await findEngine({ progress }));
  const { NATCHECK_TEST_DIST: given } = process.env;
  const dist = given === undefined ? await built(started) : resolve(given);
  const { kind, host } = engine;
  const image = await ensureImage(engine, { progress, dist });
  const pool = started.use(await openLabPool({ engine, image }));
  project.provide('lab', { kind, host, image, pool: pool.path });
  const owned = started.move();
  return () => owned[Symbol.asyncDispose]();
}

/** Builds natcheck as the sources are now, for whoever runs a test without a build before it. */
async function built(owner: Owner): Promise<string> {
  const dist = await mkdtemp(join(tmpdir(), 'natcheck-dist-'));
  owner.defer(() => rm(dist, { recursive: true }));
  // Nobody in a container reads the types.
  await run('vite', ['build', '-c', 'library.config.ts', '--outDir', dist]);
  await run('vite', ['build', '-c', 'bundle.config.ts', '--outDir', join(dist, 'cli')]);
  return dist;
}

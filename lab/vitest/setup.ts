/** natcheck/vitest/setup, a `globalSetup` of vitest: one engine and one image for all files of a run. */
import type { TestProject } from 'vitest/node';
import { findEngine } from '../docker/engine/engine.ts';
import { ensureImage } from '../docker/image/image.ts';

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const progress = (line: string): void => void process.stderr.write(`natcheck lab: ${line}\n`);
  const engine = await findEngine({ progress });
  try {
    project.provide('natcheckLab', { host: engine.host, image: await ensureImage(engine, { progress }) });
  } catch (error) {
    await engine[Symbol.asyncDispose]();
    throw error;
  }
  return async () => engine[Symbol.asyncDispose]();
}

/** The engine and image of setup.ts, for a test file of the container project. */
import { describe, inject } from 'vitest';
import { type Lab, type LabOptions, startLab } from '../../../lab/index.ts';

const provided = inject('lab');

/** `describe` that is left out where there is no engine. */
export const describeLab = describe.skipIf(provided === null);

/** The engine of this run. @throws Error where there is none. */
export function labHost(): string {
  if (provided === null) throw new Error('no engine');
  return provided.host;
}

/** A lab on the engine of this run, where other test files have theirs; at addresses that are free, unless told otherwise. */
export async function startProvidedLab(options: Omit<LabOptions, 'engine' | 'image'> = {}): Promise<Lab> {
  if (provided === null) throw new Error('no engine');
  const { host, image } = provided;
  return startLab({ addressing: 'free', ...options, engine: { host }, image });
}

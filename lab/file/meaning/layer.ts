/** A program as it is written in several places of a file, of which a later one goes before the earlier ones. */
import type { Path } from '../path.ts';
import type { ProgramInput } from '../shape/program.ts';

/** The keys of a program in one place of the file. */
export interface Layer {
  readonly input: ProgramInput;
  readonly path: Path;
}

export type ProgramKey = keyof ProgramInput;

/** The last layer that has the key. */
export function layerWith(layers: readonly Layer[], key: ProgramKey): Layer | undefined {
  return layers.findLast(({ input }) => input[key] !== undefined);
}

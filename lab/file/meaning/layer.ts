/** The keys of a program in one place of the file. */
import type { Path } from '../path.ts';
import type { ProgramInput } from '../shape/program.ts';

export interface Layer {
  readonly input: ProgramInput;
  readonly path: Path;
}

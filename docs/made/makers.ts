/** What programs write of the pages: the blocks by their names, pictures and schemas by their paths. */
import { COMMANDS } from '../../cli/commands/index.ts';
import { shownCommands } from '../../cli/render/shell/command-line.ts';
import { manualPage } from '../../cli/render/shell/manual.ts';
import { labFileSchemaText } from '../../lab/file/schema.ts';
import { detectPicture } from '../pictures/detect.ts';
import { accuracy } from './accuracy.ts';
import { behaviorTable } from './behaviors.ts';
import type { Maker } from './blocks.ts';
import { noPathCauses, notMetCauses } from './causes.ts';
import { hardOdds } from './hard-odds.ts';
import { labFileTables } from './lab-file-keys.ts';
import { labMatrix } from './lab-matrix.ts';
import { labResultGrids, labResults } from './lab-results.ts';
import { replySizes } from './reply-sizes.ts';

/** A page shows a block between `<!-- made by npm run docs: NAME -->` and `<!-- end of NAME -->`. */
export const BLOCKS: Readonly<Record<string, Maker>> = {
  accuracy,
  behaviors: behaviorTable,
  'hard-odds': hardOdds,
  ...labFileTables,
  'lab-matrix': labMatrix,
  'lab-results': labResults,
  ...labResultGrids,
  'no-path-causes': noPathCauses,
  'not-met-causes': notMetCauses,
  'reply-sizes': replySizes,
};

const COMMAND_LINE = await shownCommands(COMMANDS);

/** By the path from the root of the repository. */
export const WHOLE_FILES: Readonly<Record<string, Maker>> = {
  'docs/pictures/detect.svg': detectPicture,
  'docs/schema/natcheck.lab-file-1.schema.json': labFileSchemaText,
  'man/natcheck.1': () => manualPage(COMMAND_LINE),
};

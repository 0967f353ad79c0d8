/** What the reader of lab files says of a text. */
import { LabFileError } from '../../../lab/file/lab-file-error.ts';
import { parseLabFile } from '../../../lab/file/read.ts';

/** The lines of the error; none if the text is taken. */
export function linesFor(text: string): readonly string[] {
  try {
    parseLabFile(text, { file: 'f', dir: '/work' });
  } catch (error) {
    if (error instanceof LabFileError) return error.message.split('\n');
    throw error;
  }
  return [];
}

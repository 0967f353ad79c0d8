/** `natcheck lab schema`: prints the JSON Schema of lab files, for editors that complete and check by it. */
import { labFileSchemaText } from '../../../lab/file/schema.ts';
import { EXIT } from '../../exit-code.ts';
import type { LabAction } from './action.ts';

export const schema: LabAction = async (_words, { stdout }) => {
  stdout.write(labFileSchemaText());
  return EXIT.ok;
};

/** What a lab file may ask for, and is not done yet: refused before anything is started. */
import type { LabFile } from '../file/lab-file.ts';
import { problemIn } from '../file/lab-file-error.ts';

/** @throws LabFileError for what this version does not do yet, with its place. */
export function requireRunnable(file: LabFile): void {
  const [fault] = file.faults;
  if (fault) throw problemIn(file, 'faults[0]', 'faults are not made yet');
  if (file.link) throw problemIn(file, 'link', 'links are not shaped yet');
}

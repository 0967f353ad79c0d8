/** What a lab file may ask for, and is not done yet: refused before anything is started. */
import type { LabFile, ProgramSpec } from '../file/lab-file.ts';
import { problemIn } from '../file/lab-file-error.ts';

/** @throws LabFileError for what this version does not do yet, with its place. */
export function requireRunnable(file: LabFile): void {
  const isPlain = ({ source, files }: ProgramSpec): boolean =>
    source.kind === 'lab' && source.packages.length === 0 && Object.keys(files).length === 0;
  for (const side of file.sides) {
    if (!isPlain(side))
      throw problemIn(file, `sides.${side.name}`, "only programs of the lab's own image can be run yet");
  }
  for (const { name, before, command } of file.sides) {
    if (before.length === 0 || command !== null) continue;
    throw problemIn(
      file,
      `sides.${name}.before`,
      "nothing can be run yet before an image's own command: give a command",
    );
  }
  const [fault] = file.faults;
  if (fault) throw problemIn(file, 'faults[0]', 'faults are not made yet');
  if (file.link) throw problemIn(file, 'link', 'links are not shaped yet');
  if (file.setup) throw problemIn(file, 'setup', 'a setup is not run yet');
  const [helper] = file.helpers;
  if (helper) throw problemIn(file, `helpers.${helper.name}`, 'helpers are not started yet');
}

/** What everybody who makes sense of a lab file needs. */
import type { FilePlace } from '../lab-file-error.ts';
import { type Path, pathText, type Report } from '../path.ts';
import type { Source } from '../syntax/document.ts';

/** What is at a path of this machine. */
export type PathKind = 'file' | 'folder' | 'other' | 'missing';

export interface Reading {
  readonly source: Source;
  /** The folder that paths in the file begin at. */
  readonly dir: string;
  /** Looks at this machine; without it, every file is taken to be there. */
  readonly kindOf: ((path: string) => PathKind) | null;
  readonly report: Report;
  /** As `LabFile.places`. */
  readonly places: Map<string, FilePlace>;
}

/** Keeps where in the file something is. */
export function mark({ source, places }: Reading, where: string, path: Path): void {
  places.set(where, { ...source.placeOf(path), path: pathText(path) });
}

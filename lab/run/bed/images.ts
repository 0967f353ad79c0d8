/** The images of a lab file's programs: each is made once, and what cannot be made is told with its place in the file. */
import type { Engine } from '../../docker/engine/engine.ts';
import type { Progress } from '../../docker/engine/provision.ts';
import { ownCommandOf } from '../../docker/image/own-command.ts';
import { ensureSource } from '../../docker/image/source.ts';
import type { LabFile, ProgramSpec } from '../../file/lab-file.ts';
import { problemIn } from '../../file/lab-file-error.ts';
import type { ProgramImage } from '../program/guest-spec.ts';

export interface ImagesOptions {
  readonly engine: Pick<Engine, 'host' | 'kind'>;
  /** The lab's own image. */
  readonly image: string;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** By the places of the programs: `setup`, `sides.a`, `helpers.relay`. */
export type Images = ReadonlyMap<string, ProgramImage>;

/** @throws LabFileError when one is not to be had; the signal's reason. */
export async function ensureImages(file: LabFile, options: ImagesOptions): Promise<Images> {
  const images = new Map<string, ProgramImage>();
  const made = new Map<string, ProgramImage>();
  for (const [place, program] of programsOf(file)) {
    options.signal.throwIfAborted();
    const key = JSON.stringify([program.source, program.files, needsOwnCommand(program)]);
    const image = made.get(key) ?? (await ensureOne(file, { place, program, options }));
    made.set(key, image);
    images.set(place, image);
  }
  return images;
}

/** Each with its place. */
export function programsOf({
  setup,
  sides,
  helpers,
}: Pick<LabFile, 'setup' | 'sides' | 'helpers'>): readonly (readonly [place: string, ProgramSpec])[] {
  return [
    ...(setup ? [['setup', setup] as const] : []),
    ...sides.map((side) => [`sides.${side.name}`, side] as const),
    ...helpers.map((helper) => [`helpers.${helper.name}`, helper] as const),
  ];
}

function needsOwnCommand({ before, command }: ProgramSpec): boolean {
  return before.length > 0 && command === null;
}

interface One {
  readonly place: string;
  readonly program: ProgramSpec;
  readonly options: ImagesOptions;
}

async function ensureOne(file: LabFile, { place, program, options }: One): Promise<ProgramImage> {
  const { engine, image: labImage, progress, signal } = options;
  const { source, files } = program;
  const refused = (error: Error): never => {
    signal.throwIfAborted();
    throw problemIn(file, file.places.has(`${place}.source`) ? `${place}.source` : place, error.message);
  };
  const isPlain = source.kind === 'lab' && source.packages.length === 0 && Object.keys(files).length === 0;
  const image = isPlain ? labImage : await ensureSource(engine, source, { files, progress, signal }).catch(refused);
  if (!needsOwnCommand(program)) return { image, ownCommand: null };
  const ownCommand = await ownCommandOf(engine, image);
  if (ownCommand.length > 0) return { image, ownCommand };
  throw problemIn(file, place, `the image ${image} has no command of its own: give it one`);
}

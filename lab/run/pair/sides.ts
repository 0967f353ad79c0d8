/** The programs of a try: each starts when what its templates ask for is known, and all of them end with the try. */

import { CANNOT_RUN, GuestError } from '../../docker/container/guest.ts';
import type { LabSite } from '../../docker/lab.ts';
import type { Side, SideName } from '../../file/lab-file.ts';
import type { Template } from '../../file/template.ts';
import { guestSpec, type ProgramImage } from '../program/guest-spec.ts';
import type { Output } from '../program/output.ts';
import { type Facts, type ResolveOptions, resolveTemplate, takenFrom } from '../program/resolve.ts';
import type { Starting } from './starting.ts';

/** A side, where it is, and the image that its program is in. */
export interface PlacedSide {
  readonly side: Side;
  readonly site: LabSite;
  /** The name of its access. */
  readonly access: string;
  readonly image: ProgramImage;
}

export interface RunningSide {
  readonly name: SideName;
  readonly output: Output;
  /** The id of its container; null before it has one. */
  readonly container: () => string | null;
  /** The exit code of its program. Rejects when that could not be started. */
  readonly ended: Promise<number>;
  /** Once it has ended by itself; null before, and if it could not be started. */
  readonly exitCode: () => number | null;
}

export interface SideOptions {
  readonly facts: Facts;
  /** The output of a side or helper of that name. */
  readonly outputOf: (name: string) => Output;
  /** The name of the volume that is the shared folder, if there is one. */
  readonly volume: string | null;
  readonly own: Starting['own'];
}

/** Begins the program of a side, at the latest when the lines are there that it waits for. */
export function startSide(placed: PlacedSide, output: Output, options: SideOptions): RunningSide {
  const { side, site, image } = placed;
  const { volume } = options;
  const shared = volume === null ? null : { volume, readOnly: true };
  let container: string | null = null;
  let exitCode: number | null = null;
  const run = async (): Promise<number> => {
    const resolving = resolvingFor(side.name, options);
    const resolve = (template: Template): Promise<string> => resolveTemplate(template, resolving);
    const spec = await guestSpec(side, { ...image, resolve, shared });
    const guest = await options.own(() => site.client(0).run(spec));
    container = guest.id;
    guest.onLine(output.take);
    const code = await guest.ended;
    requireRun(side.name, { code, output });
    exitCode = code;
    output.end(`ended with ${code}`);
    return code;
  };
  const ended = run();
  ended.catch((error: Error) => output.end(error.message));
  return { name: side.name, output, ended, container: () => container, exitCode: () => exitCode };
}

/** What engines and shells end with when there is no such command, or it is none. */
const NOT_RUN = [126, 127];

/** @throws GuestError when the program was never there to end. */
function requireRun(name: SideName, { code, output }: { readonly code: number; readonly output: Output }): void {
  const last = NOT_RUN.includes(code) ? output.since(0).at(-1)?.text : undefined;
  if (last?.startsWith(CANNOT_RUN)) throw new GuestError(last.replace('natcheck: the', `the program of ${name}: the`));
}

export function resolvingFor(
  own: SideName | null,
  { facts, outputOf }: Pick<SideOptions, 'facts' | 'outputOf'>,
): ResolveOptions {
  return {
    own,
    facts,
    line: (of, pattern) =>
      outputOf(of).find((text) => takenFrom(text, pattern), { what: `${pattern} in what ${of} prints` }),
  };
}

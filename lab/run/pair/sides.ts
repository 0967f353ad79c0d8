/** The programs of a try: each starts when what its templates ask for is known, and all of them end with the try. */
import type { GuestSpec } from '../../docker/container/guest.ts';
import type { LabSite } from '../../docker/lab.ts';
import type { ProgramSpec, Side, SideName } from '../../file/lab-file.ts';
import type { Template } from '../../file/template.ts';
import type { Output } from './output.ts';
import { type Facts, type ResolveOptions, resolveTemplate, takenFrom } from './resolve.ts';
import type { Starting } from './starting.ts';

/** A side, where it is, and the image that its program is in. */
export interface PlacedSide {
  readonly side: Side;
  readonly site: LabSite;
  /** The name of its access. */
  readonly access: string;
  readonly image: string;
}

export interface RunningSide {
  readonly name: SideName;
  readonly output: Output;
  /** The exit code of its program. Rejects when that could not be started. */
  readonly ended: Promise<number>;
  /** Once it has ended by itself; null before, and if it could not be started. */
  readonly exitCode: () => number | null;
}

export interface SideOptions {
  readonly facts: Facts;
  /** The output of a side or helper of that name. */
  readonly outputOf: (name: string) => Output;
  /** The name of the volume that is the shared folder. */
  readonly shared: string | null;
  readonly own: Starting['own'];
}

/** Begins the program of a side, at the latest when the lines are there that it waits for. */
export function startSide(placed: PlacedSide, output: Output, options: SideOptions): RunningSide {
  const { side, site } = placed;
  let exitCode: number | null = null;
  const run = async (): Promise<number> => {
    const spec = await guestSpec(placed, options);
    const guest = await options.own(() => site.client(0).run(spec));
    guest.onLine(output.take);
    const code = await guest.ended;
    exitCode = code;
    output.end(`ended with ${code}`);
    return code;
  };
  const ended = run();
  ended.catch((error: Error) => output.end(error.message));
  return { name: side.name, output, ended, exitCode: () => exitCode };
}

async function guestSpec({ side, image }: PlacedSide, options: SideOptions): Promise<GuestSpec> {
  const { shared } = options;
  const resolving = resolvingFor(side.name, options);
  const env = await Promise.all(
    Object.entries(side.env).map(async ([name, value]) => [name, await resolveTemplate(value, resolving)] as const),
  );
  return {
    image,
    ...(await commandOf(side, (template) => resolveTemplate(template, resolving))),
    env: Object.fromEntries(env),
    devices: side.devices,
    capabilities: side.capabilities,
    volumes: shared === null ? [] : [{ name: shared, path: '/shared', readOnly: true }],
  };
}

export function resolvingFor(
  own: SideName | null,
  { facts, outputOf }: Pick<SideOptions, 'facts' | 'outputOf'>,
): ResolveOptions {
  return {
    own,
    facts,
    line: (of, pattern) => outputOf(of).find((text) => takenFrom(text, pattern)),
  };
}

/**
 * Runs as many commands as the first argument says, each in a shell of its own, and then becomes the program. 125 is how
 * docker run says that what it was to do before a program has failed.
 */
const BEFORE = `n=$1; shift
while [ "$n" -gt 0 ]; do
  sh -c "$1" || { echo "natcheck: what comes before the program has failed with $?: $1" >&2; exit 125; }
  shift; n=$((n - 1))
done
exec "$@"`;

/** What is to run in place of the image's own command and entrypoint; nothing for those. */
async function commandOf(
  { command, before }: Pick<ProgramSpec, 'command' | 'before'>,
  resolve: (template: Template) => Promise<string>,
): Promise<{ readonly entrypoint?: readonly string[] }> {
  if (command === null) return {};
  const program =
    command.kind === 'shell'
      ? ['sh', '-c', await resolve(command.script)]
      : await Promise.all(command.argv.map(resolve));
  if (before.length === 0) return { entrypoint: program };
  const earlier = await Promise.all(before.map(resolve));
  return { entrypoint: ['sh', '-c', BEFORE, 'sh', `${earlier.length}`, ...earlier, ...program] };
}

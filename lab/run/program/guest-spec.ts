/** A program of a lab file as the guest that runs it. */
import type { GuestSpec } from '../../docker/container/guest.ts';
import type { ProgramSpec } from '../../file/lab-file.ts';
import type { Template } from '../../file/template.ts';

/** Where a program is kept. */
export interface ProgramImage {
  /** A tag of the engine's. */
  readonly image: string;
  /** What the image runs by itself; null where nobody asks. */
  readonly ownCommand: readonly string[] | null;
}

export interface SpecOptions extends ProgramImage {
  readonly resolve: (template: Template) => Promise<string>;
  /** The folder that all programs share; null if there is none. */
  readonly shared: { readonly volume: string; readonly readOnly: boolean } | null;
}

/** Where the shared folder is in every container. */
export const SHARED_PATH = '/shared';

/** Resolves once every template can be filled in. */
export async function guestSpec(program: ProgramSpec, options: SpecOptions): Promise<GuestSpec> {
  const { image, resolve, shared } = options;
  const env = await Promise.all(
    Object.entries(program.env).map(async ([name, value]) => [name, await resolve(value)] as const),
  );
  return {
    image,
    ...(await commandOf(program, options)),
    env: Object.fromEntries(env),
    devices: program.devices,
    capabilities: program.capabilities,
    volumes: shared === null ? [] : [{ name: shared.volume, path: SHARED_PATH, readOnly: shared.readOnly }],
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
  { command, before }: ProgramSpec,
  { ownCommand, resolve }: SpecOptions,
): Promise<Pick<GuestSpec, 'entrypoint' | 'argv'>> {
  const program = await programOf(command, resolve);
  if (before.length === 0) return program === null ? {} : { entrypoint: program };
  const earlier = await Promise.all(before.map(resolve));
  const argv = program ?? ownCommand ?? [];
  return { entrypoint: ['sh', '-c', BEFORE, 'sh', `${earlier.length}`, ...earlier, ...argv] };
}

async function programOf(
  command: ProgramSpec['command'],
  resolve: SpecOptions['resolve'],
): Promise<readonly string[] | null> {
  switch (command?.kind) {
    case undefined:
      return null;
    case 'shell':
      return ['sh', '-c', await resolve(command.script)];
    case 'argv':
      return Promise.all(command.argv.map(resolve));
  }
}

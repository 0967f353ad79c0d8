/** The programs of a try: each starts when what its templates ask for is known, and all of them end with the try. */
import type { Guest } from '../../docker/container/guest.ts';
import type { LabSite } from '../../docker/lab.ts';
import type { ProgramSpec, Side, SideName } from '../../file/lab-file.ts';
import type { Template } from '../../file/template.ts';
import type { Output } from './output.ts';
import { type Facts, type ResolveOptions, resolveTemplate, takenFrom } from './resolve.ts';

/** A side, where it is, and the image that its program is in. */
export interface PlacedSide {
  readonly side: Side;
  readonly site: LabSite;
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
  /** Takes what is to be disposed of at the end of the try. */
  readonly own: (guest: Guest) => void;
}

/** Makes the record of a side whose program has not been started. */
export function startSide(placed: PlacedSide, output: Output, options: SideOptions): RunningSide {
  const { side, site } = placed;
  let exitCode: number | null = null;
  const run = async (): Promise<number> => {
    const guest = await site.client(0).run(await guestSpec(placed, options));
    options.own(guest);
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

async function guestSpec(
  { side, image }: PlacedSide,
  options: SideOptions,
): Promise<Parameters<LabSite['router']['run']>[0]> {
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

/** What is to run, with what comes before it in the same shell. */
async function commandOf(
  { command, before }: Pick<ProgramSpec, 'command' | 'before'>,
  resolve: (template: Template) => Promise<string>,
): Promise<{ readonly argv?: readonly string[]; readonly entrypoint?: readonly string[] }> {
  const earlier = await Promise.all(before.map(resolve));
  const first = earlier.length > 0 ? `set -e\n${earlier.join('\n')}\nset +e\n` : '';
  if (command === null) return {};
  if (command.kind === 'shell') return { entrypoint: ['sh', '-c', `${first}${await resolve(command.script)}`] };
  const argv = await Promise.all(command.argv.map(resolve));
  return first === '' ? { entrypoint: argv } : { entrypoint: ['sh', '-c', `${first}exec "$@"`, 'sh', ...argv] };
}

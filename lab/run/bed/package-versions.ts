/** Which versions of Debian packages the programs of a run have: what is told of others' software says nothing without them. */
import type { LabContainer } from '../../docker/container/container.ts';
import type { LabFile } from '../../file/lab-file.ts';
import type { RunResult } from '../../results/run-result.ts';
import { type Images, programsOf } from './images.ts';

export interface VersionsOptions {
  readonly images: Images;
  /** Where the images are asked. */
  readonly host: Pick<LabContainer, 'run'>;
}

/** Returns a line for all packages that the file names; none if it names none. */
export async function packageVersions(
  file: Pick<LabFile, 'setup' | 'sides' | 'helpers'>,
  { images, host }: VersionsOptions,
): Promise<NonNullable<RunResult['about']>> {
  const named = new Map<string, Set<string>>();
  for (const [place, { source }] of programsOf(file)) {
    const image = images.get(place)?.image;
    if (source.kind !== 'lab' || source.packages.length === 0 || image === undefined) continue;
    const others = named.get(image) ?? [];
    named.set(image, new Set([...others, ...source.packages]));
  }
  const told = await Promise.all([...named].map(([image, packages]) => versionsIn(image, { packages, host })));
  const versions = [...new Set(told.flat())].toSorted();
  return versions.length === 0 ? [] : [{ name: 'packages', value: versions.join(', ') }];
}

// biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query fills it in
const FORMAT = '${Package} ${Version}\\n';

/** Such as `nebula 1.6.1+dfsg-1`. */
async function versionsIn(
  image: string,
  { packages, host }: { readonly packages: ReadonlySet<string>; readonly host: VersionsOptions['host'] },
): Promise<readonly string[]> {
  const lines: string[] = [];
  await using guest = await host.run({ image, entrypoint: ['dpkg-query', '-W', '-f', FORMAT, ...packages] });
  guest.onLine(({ stream, text }) => stream === 'stdout' && lines.push(text));
  await guest.ended;
  return lines;
}

import { expect, it } from 'vitest';
import type { GuestLine, GuestSpec } from '../../../../lab/docker/container/guest.ts';
import { parseLabFile } from '../../../../lab/file/read.ts';
import { packageVersions } from '../../../../lab/run/bed/package-versions.ts';

const FILE = parseLabFile(
  `
setup: { packages: [nebula], command: x }
sides: { packages: [nebula, tinc], command: x, b: { packages: [], command: x } }
public: { relay: { packages: [tinc, nebula], command: x } }
success: { exit: 0 }
`,
  { file: 'f', dir: '/' },
);

const IMAGES = new Map(
  Object.entries({ setup: 'one', 'sides.a': 'two', 'sides.b': 'plain', 'helpers.relay': 'two' }).map(
    ([place, image]) => [place, { image, ownCommand: null }] as const,
  ),
);

it('each image is asked once for the packages that its programs name, and each version is told once', async () => {
  const asked: (readonly string[])[] = [];
  const run = async ({ image, entrypoint = [] }: GuestSpec): Promise<never> => {
    const packages = entrypoint.slice(4);
    asked.push([image, ...packages]);
    const lines = [
      ...packages.map((name) => ({ stream: 'stdout', text: `${name} 1.0` })),
      { stream: 'stderr', text: 'no' },
    ];
    const onLine = (listener: (line: GuestLine) => void): void => {
      for (const line of lines) listener({ at: 0, ...line } as GuestLine);
    };
    return { onLine, ended: Promise.resolve(0), [Symbol.asyncDispose]: async () => {} } as never;
  };
  const about = await packageVersions(FILE, { images: IMAGES, host: { run } });
  expect(asked).toEqual([
    ['one', 'nebula'],
    ['two', 'nebula', 'tinc'],
  ]);
  expect(about).toEqual([{ name: 'packages', value: 'nebula 1.0, tinc 1.0' }]);
});

it('nothing is asked where no program names a package', async () => {
  const plain = parseLabFile('sides: { command: x }\nsuccess: { exit: 0 }', { file: 'f', dir: '/' });
  const run = (): never => expect.unreachable();
  expect(await packageVersions(plain, { images: IMAGES, host: { run } })).toEqual([]);
});

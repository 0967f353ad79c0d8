/** Images of programs: with packages and files, built from a Dockerfile, and what there is not. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { connectDocker } from '../../../../lab/docker/engine/testcontainers.ts';
import { ensureSource, type ImageSource } from '../../../../lab/docker/image/source.ts';
import type { Engine } from '../../../../lab/index.ts';
import { describeLab, labHost } from '../provided.ts';

describeLab('the image of a program', () => {
  let dir: string;
  let engine: Engine;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'natcheck-test-'));
    engine = { kind: 'private', host: labHost(), async [Symbol.asyncDispose]() {} };
  });
  afterAll(() => rm(dir, { recursive: true }));

  const ensure = (source: ImageSource, files: Record<string, string> = {}): Promise<string> =>
    ensureSource(engine, source, { files });

  /** What a command writes in a container of the image. */
  async function printed(image: string, command: string): Promise<string> {
    const docker = await connectDocker(labHost());
    const container = await docker.createContainer({ Image: image, Cmd: ['sh', '-c', command], Tty: true });
    try {
      await container.start();
      await container.wait();
      return (await text((await container.logs({ stdout: true, follow: true })) as NodeJS.ReadableStream)).trim();
    } finally {
      await container.remove({ force: true });
    }
  }

  it('has the packages that are named', async () => {
    const image = await ensure({ kind: 'lab', packages: ['nebula'] });
    expect(await printed(image, 'command -v nebula; command -v natcheck')).toBe(
      '/usr/bin/nebula\r\n/usr/local/bin/natcheck',
    );
    expect(await ensure({ kind: 'lab', packages: ['nebula', 'nebula'] })).toBe(image);
  }, 300_000);

  it('has files and folders where they are to be, under another tag as soon as one is another', async () => {
    const image = inject('lab')?.image ?? '';
    await mkdir(join(dir, 'folder/in'), { recursive: true });
    await writeFile(join(dir, 'folder/in/a'), 'a');
    await writeFile(join(dir, 'run'), '#!/bin/sh\necho ran\n', { mode: 0o755 });
    const files = { '/etc/it/s here': join(dir, 'folder'), '/bin/$run': join(dir, 'run') };
    const one = await ensure({ kind: 'image', image }, files);
    expect(await printed(one, `cat '/etc/it/s here/in/a'; '/bin/$run'; test -L /bin && echo link`)).toBe(
      'aran\r\nlink',
    );
    expect(await ensure({ kind: 'image', image }, files)).toBe(one);
    await writeFile(join(dir, 'folder/in/a'), 'b');
    expect(await ensure({ kind: 'image', image }, files)).not.toBe(one);
  });

  it.for([
    [{ '/a': '/natcheck-none' }, 'there is no /natcheck-none, which is to be /a in the container'],
    [{ 'a/b': '/etc/passwd' }, '"a/b" is not a full path in a container'],
    [{ '/a/../b': '/etc/passwd' }, '"/a/../b" is not a full path in a container'],
    [{ '/a': '/dev/null' }, '/dev/null is neither a file nor a folder'],
  ] as const)('with files that cannot be is refused: %j', async ([files, message]) => {
    await expect(ensure({ kind: 'image', image: inject('lab')?.image ?? '' }, files)).rejects.toThrow(message);
  });

  it('with a folder that contains itself is refused', async () => {
    await symlink('.', join(dir, 'folder/again'));
    const files = { '/a': join(dir, 'folder') };
    await expect(ensure({ kind: 'image', image: inject('lab')?.image ?? '' }, files)).rejects.toThrow(
      `${join(dir, 'folder/again')} is a folder within itself: a link leads in a circle`,
    );
    await rm(join(dir, 'folder/again'));
  });

  it('is built from a Dockerfile, on the lab’s image where that asks for it, without what .dockerignore names', async () => {
    const context = join(dir, 'context');
    await mkdir(context);
    const dockerfile = join(context, 'Dockerfile');
    await writeFile(join(context, 'kept'), 'kept');
    await writeFile(join(context, 'secret'), 'secret');
    await writeFile(join(context, '.dockerignore'), 'secret\n');
    await writeFile(dockerfile, 'ARG NATCHECK_LAB\nFROM $NATCHECK_LAB\nCOPY . /context\n');
    const image = await ensure({ kind: 'build', dockerfile, context });
    expect(await printed(image, 'ls -A /context; command -v natcheck')).toBe(
      '.dockerignore  Dockerfile  kept\r\n/usr/local/bin/natcheck',
    );
  });

  it('that cannot be built is refused with what the engine says', async () => {
    const dockerfile = join(dir, 'Wrong.Dockerfile');
    await writeFile(dockerfile, 'ARG NATCHECK_LAB\nFROM $NATCHECK_LAB\nRUN exit 7\n');
    const refusal = ensure({ kind: 'build', dockerfile, context: join(dir, 'folder') });
    await expect(refusal).rejects.toThrow(/Wrong\.Dockerfile cannot be built: .*returned a non-zero code: 7/s);
    await expect(ensure({ kind: 'build', dockerfile: '/none/Dockerfile', context: dir })).rejects.toThrow(
      'the Dockerfile /none/Dockerfile cannot be read',
    );
    await expect(ensure({ kind: 'build', dockerfile, context: '/none' })).rejects.toThrow('there is no folder /none');
  });
});

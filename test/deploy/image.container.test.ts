/** The server's image, built on the lab's base where no registry is: small, not started by root, and it serves. */
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { connectDocker } from '../../lab/docker/engine/testcontainers.ts';
import { build } from '../../lab/docker/image/build.ts';
import { baseTag, PACKAGES } from '../../lab/docker/image/recipe.ts';
import { ROOT } from '../docs/sample.ts';
import { describeLab, labHost } from '../lab/docker/provided.ts';

const TAG = 'natcheck-server-test:latest';
const MB = 1_000_000;

/** What is built is in the lab's image already, and a server does without the optional packages. */
const INSTALL =
  'tar -C /opt/natcheck --exclude=compiled --exclude=sodium-native --exclude=udx-native -cf - . | tar -xf -';

/** Asks a server for a page until it is there, and prints the page. */
const ASK = `(async () => {
  for (;;) {
    const page = await fetch('http://127.0.0.1:9464/readyz').catch(() => null);
    if (page) return process.stdout.write(page.status + ' ' + (await page.text()));
    // Nothing outside tells that a page is there.
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
})()`;

describeLab('the image of the server', () => {
  let docker: Awaited<ReturnType<typeof connectDocker>>;
  let base: string;
  beforeAll(async () => {
    docker = await connectDocker(labHost());
    base = await baseTag(PACKAGES);
    const args = { NODE: base, BUILDER: inject('lab')?.image ?? '', INSTALL };
    // Any file is a context.
    await build(docker, {
      tag: TAG,
      dockerfile: `${ROOT}/deploy/Dockerfile`,
      args,
      files: { LICENSE: `${ROOT}/LICENSE` },
    });
  });
  afterAll(() => docker?.getImage(TAG).remove({ force: true }));

  it('adds less than 150 MB to that of Node', async () => {
    const [server, node] = await Promise.all([TAG, base].map((tag) => docker.getImage(tag).inspect()));
    expect((server?.Size ?? 0) - (node?.Size ?? 0)).toBeGreaterThan(1 * MB);
    expect((server?.Size ?? 0) - (node?.Size ?? 0)).toBeLessThan(150 * MB);
  });

  it('serves as nobody, without a capability and without writing, and ends on SIGTERM', async () => {
    const container = await docker.createContainer({
      Image: TAG,
      Cmd: ['serve', '--ip', '127.0.0.1'],
      HostConfig: { ReadonlyRootfs: true, CapDrop: ['ALL'], SecurityOpt: ['no-new-privileges'], NetworkMode: 'none' },
    });
    try {
      await container.start();
      const run = async (...Cmd: string[]): Promise<string> => {
        const exec = await container.exec({ Cmd, AttachStdout: true, Tty: true });
        return (await text(await exec.start({ Tty: true }))).trim();
      };
      expect(await run('node', '-e', ASK)).toBe('200 ready');
      expect(await run('id', '-u')).toBe('10001');
      await container.stop({ t: 30 });
      expect((await container.wait()).StatusCode).toBe(0);
      const said = await text((await container.logs({ stderr: true, follow: true })) as NodeJS.ReadableStream);
      expect(said).toContain('"level":"info","event":"ready"');
    } finally {
      await container.remove({ force: true });
    }
  });
});

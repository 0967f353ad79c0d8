import { mkdtempDisposableSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkEngine, furtherSockets } from '../../../../lab/docker/doctor/engine-check.ts';

const OF_ENGINE = { name: 'container engine', isRequired: true, purpose: 'the containers of routers and clients' };

/** What answers as an engine does. */
async function pingable(at: string | number): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer((request, response) => {
    response.statusCode = request.url === '/_ping' ? 200 : 404;
    response.end();
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  if (typeof at === 'string') server.listen(at, resolve);
  else server.listen(at, '127.0.0.1', resolve);
  await promise;
  const { port = 0 } = server.address() as Partial<AddressInfo>;
  return { port, [Symbol.asyncDispose]: () => new Promise((done) => void server.close(() => done())) };
}

it('an engine at DOCKER_HOST is asked, by a socket and by TCP', async () => {
  using dir = mkdtempDisposableSync(join(tmpdir(), 'natcheck-test-'));
  const host = `unix://${join(dir.path, 'docker.sock')}`;
  const missing = {
    ...OF_ENGINE,
    status: 'missing',
    found: `nothing answers at DOCKER_HOST, ${host}`,
    remedy: 'start the engine there, or unset DOCKER_HOST',
  };
  expect(await checkEngine({ DOCKER_HOST: host })).toMatchObject({ used: missing, isElsewhere: false });
  await using _ = await pingable(join(dir.path, 'docker.sock'));
  const ok = { ...OF_ENGINE, status: 'ok', found: `at DOCKER_HOST, ${host}`, remedy: null };
  expect((await checkEngine({ DOCKER_HOST: host })).used).toEqual(ok);
  await using other = await pingable(0);
  const tcp = `tcp://127.0.0.1:${other.port}`;
  const found = `at DOCKER_HOST, ${tcp}`;
  expect(await checkEngine({ DOCKER_HOST: tcp })).toMatchObject({ used: { ...ok, found }, isElsewhere: true });
});

it('an engine that takes more than a question is unknown', async () => {
  const { used, isElsewhere } = await checkEngine({ DOCKER_HOST: 'ssh://alice@example.org' });
  const found = 'ssh://alice@example.org, of a kind that is not asked here';
  expect(used).toEqual({ ...OF_ENGINE, status: 'unknown', found, remedy: null });
  expect(isElsewhere).toBe(true);
});

it('no engine is looked for where it is forbidden', async () => {
  expect((await checkEngine({ NATCHECK_LAB_ENGINE: 'none' })).used).toEqual({
    ...OF_ENGINE,
    status: 'missing',
    found: 'NATCHECK_LAB_ENGINE=none forbids it',
    remedy: 'unset NATCHECK_LAB_ENGINE',
  });
});

it('the sockets of rootless and desktop engines are known', () => {
  expect(furtherSockets({ XDG_RUNTIME_DIR: '/run/user/1000', HOME: '/home/alice' })).toEqual([
    '/run/user/1000/docker.sock',
    '/run/user/1000/podman/podman.sock',
    '/run/podman/podman.sock',
    '/home/alice/.docker/run/docker.sock',
    '/home/alice/.docker/desktop/docker.sock',
    '/home/alice/.colima/default/docker.sock',
    '/home/alice/.orbstack/run/docker.sock',
  ]);
});

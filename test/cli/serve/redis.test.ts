/** `natcheck serve --redis` as it is built: two who meet at two servers, and what becomes of a Redis that cannot be used. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { ownedByTest } from '../../owner/owned-by-test.ts';
import { findRedis, type RedisServer, startRedis } from '../../server/cluster/redis-server.ts';
import { natcheckHere } from '../here.ts';
import { natcheck, natcheckReady, natcheckStarted } from '../natcheck.ts';

const redis = findRedis();
const HOST = '127.0.0.1';
const SERVE = ['serve', '--ip', HOST, '--port', '0', '--alt-port', '0', '--http-port', '0'];
const PASSWORD = 'geheim';

/** The options that lead to the server that says this at its start. */
function at(lines: readonly string[]): readonly string[] {
  const [udp = '', , rooms = ''] = lines;
  const [, port = ''] = /:(\d+)/.exec(udp) ?? [];
  return ['--server', `${HOST}:${port}`, '--rendezvous', /ws:\S+/.exec(rooms)?.[0] ?? ''];
}

/** Stands before a Redis until it hears this, and then says nothing more; without a Redis it never says anything. */
async function startSilent(store: Pick<RedisServer, 'url'> | null = null, last = /^/) {
  const heard = Promise.withResolvers<void>();
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const behind = store && connect(Number(new URL(store.url).port), HOST);
    for (const socket of [client, behind]) {
      if (socket) sockets.add(socket.on('error', () => {}));
    }
    behind?.pipe(client);
    let isSilent = behind === null;
    client.on('data', (chunk) => {
      isSilent ||= last.test(String(chunk));
      if (isSilent) heard.resolve();
      else behind?.write(chunk);
    });
  }).listen(0, HOST);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `redis://${HOST}:${port}`,
    heard: heard.promise,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await server[Symbol.asyncDispose]();
    },
  };
}

describe.skipIf(typeof redis === 'string')('natcheck serve with a Redis', () => {
  const start = async (options: Parameters<typeof startRedis>[1] = {}) => {
    if (typeof redis === 'string') throw new Error(redis);
    return ownedByTest(await startRedis(redis, options));
  };

  it('has two meet who come to two servers, of a Redis that wants a password', async () => {
    const store = await start({ password: PASSWORD });
    const url = store.url.replace('//', `//:${PASSWORD}@`);
    const servers = await Promise.all([
      natcheckReady(SERVE, { NATCHECK_REDIS: url }),
      natcheckReady(SERVE, { NATCHECK_REDIS: url }),
    ]);
    const [one = [], other = []] = servers.map(({ lines }) => at(lines));
    const sides = await Promise.all([
      natcheckHere(['punch', '--json', ...one, '--id', 'alice', '--peer', 'bob']),
      natcheckHere(['punch', '--json', ...other, '--id', 'bob', '--peer', 'alice']),
    ]);
    for (const { code, stdout, stderr } of sides) {
      expect(code, stderr).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ outcome: 'direct' });
    }
    for (const server of servers) expect(await server.end('SIGTERM')).toMatchObject({ code: 0, signal: null });
  });

  it.each([
    ['no password', '', 'it wants a password [NOAUTH]'],
    ['a wrong password', ':guess@', 'it does not take this user and password [WRONGPASS]'],
  ])('does not start with %s where one is wanted, and does not tell it', async (_, given, reason) => {
    const { url } = await start({ password: PASSWORD });
    expect(await natcheckHere([...SERVE, '--redis', url.replace('//', `//${given}`)])).toEqual({
      code: 2,
      signal: null,
      stdout: '',
      stderr: `natcheck: cannot use Redis at ${url}: ${reason}\n`,
    });
  });

  it.each([
    ['it is connected', /HELLO/],
    ['the secret of the tickets is shared', /ticket-secret/],
    ['the first beat', /EVALSHA/],
  ])('ends at once on Ctrl-C while it waits for one that falls silent before %s', async (_, last) => {
    await using silent = await startSilent(await start(), last);
    await using server = natcheckStarted([...SERVE, '--redis', silent.url]);
    await silent.heard;
    expect(await server.end('SIGINT')).toEqual({ code: null, signal: 'SIGINT', stdout: '', stderr: '' });
  });

  it('ends on SIGTERM though Redis does not answer', async () => {
    const store = await start();
    const server = await natcheckReady(SERVE, { NATCHECK_REDIS: store.url });
    await store.signal('SIGSTOP');
    expect(await server.end('SIGTERM')).toMatchObject({ code: 0, signal: null });
  });
});

describe('natcheck serve with a Redis that is not to be had', () => {
  it.each([
    ['http://127.0.0.1:6379', '--redis takes a URL such as redis://HOST:6379 or rediss://HOST:6379'],
    ['127.0.0.1:6379', '--redis takes a URL such as redis://HOST:6379 or rediss://HOST:6379'],
    ['redis://:geheim@127.0.0.1:1', 'cannot use Redis at redis://127.0.0.1:1: ECONNREFUSED'],
  ])('does not start with %s', async (url, message) => {
    expect(await natcheck([...SERVE, '--redis', url])).toEqual({
      code: 2,
      signal: null,
      stdout: '',
      stderr: `natcheck: ${message}\n`,
    });
  });

  it('does not start where nothing answers', async () => {
    await using silent = await startSilent();
    expect(await natcheckHere([...SERVE, '--redis', silent.url])).toEqual({
      code: 2,
      signal: null,
      stdout: '',
      stderr: `natcheck: cannot use Redis at ${silent.url}: it does not answer\n`,
    });
  });
});

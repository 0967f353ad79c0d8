/** What a client meets when the other side gives it no stream. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { describe, expect, it } from 'vitest';
import { StreamRefusedError } from '../../../../src/tunnel/errors.ts';
import { connectTo } from '../../../../src/tunnel/forward/expose/connect.ts';
import { refusalOf } from '../../../../src/tunnel/forward/expose/refusal.ts';
import { parseTarget } from '../../../../src/tunnel/forward/grammar/parse-target.ts';
import { ownedProcess } from '../../../owner/owned-by-test.ts';
import { connectClient, failureOf, join, openTarget, until } from '../targets.ts';

/** A port on which nothing listens. */
async function closedPort(): Promise<number> {
  await using target = await openTarget();
  return target.port;
}

describe('a target', () => {
  it('that is not exposed is refused without a word about those that are', async () => {
    await using target = await openTarget();
    await using joined = await join({ expose: ['1'], forward: [`0:${target.port}`] });
    expect(await failureOf(await connectClient(joined.port))).toBe('ECONNRESET');
    const refused = { kind: 'stream-refused', reason: 'it is not exposed there' };
    expect(joined.forwarded).toEqual([{ ...refused, target: String(target.port) }]);
    expect(joined.exposed).toEqual([{ ...refused, target: `tcp ${target.port}` }]);
    expect(target.sockets).toEqual([]);
  });

  it('on which nothing listens resets the client, and the forward goes on', async () => {
    const port = await closedPort();
    await using joined = await join({ expose: [String(port)], forward: [`0:${port}`] });
    for (const _ of [1, 2]) expect(await failureOf(await connectClient(joined.port))).toBe('ECONNRESET');
    expect(joined.forwarded.map((event) => event.kind === 'stream-refused' && event.reason)).toEqual([
      ...['nothing listens on it there (connection refused)', 'nothing listens on it there (connection refused)'],
    ]);
  });

  it('is not connected to when there are too many already', async () => {
    await using target = await openTarget();
    const forward = [`0:${target.port}`];
    await using joined = await join({ expose: [String(target.port)], forward, connectionsMax: 1 });
    const first = await connectClient(joined.port);
    await until(() => joined.forwarded.length === 1);
    expect(await failureOf(await connectClient(joined.port))).toBe('ECONNRESET');
    expect(joined.forwarded[1]).toMatchObject({ reason: 'too many connections are open there' });
    first.resetAndDestroy();
    await until(() => joined.exposed.some(({ kind }) => kind === 'stream-closed'));
    await connectClient(joined.port);
    await until(() => joined.forwarded.filter(({ kind }) => kind === 'stream-opened').length === 2);
  });

  it('is asked for in words that are of no harm', async () => {
    await using joined = await join({ expose: ['22'], forward: ['0:22'] });
    for (const request of ['', '\u001b[2J', '../../etc/passwd', 'tcp 127.0.0.1:22 -o', '\u{1F4A9}'.repeat(200)]) {
      await expect(joined.pair.a.open(request)).rejects.toThrow(new StreamRefusedError('it is not exposed there'));
    }
    expect(joined.exposed[1]).toEqual({
      kind: 'stream-refused',
      target: '\\u001b[2J',
      reason: 'it is not exposed there',
    });
  });
});

describe('a connection that fails', () => {
  const never = new AbortController().signal;
  const reasonOf = async (text: string, timeoutMs = 10_000): Promise<string> =>
    connectTo(parseTarget(text), { signal: never, timeoutMs }).then(() => 'it was accepted', refusalOf);

  it('because nothing answers is told as that', async () => {
    await using mute = await openMute();
    // They fill the queue of what waits to be accepted, so that the next SYN is dropped (listen(2)).
    const waiting = Array.from({ length: 8 }, () => connect(mute.port, '127.0.0.1').on('error', () => {}));
    expect(await reasonOf(`127.0.0.1:${mute.port}`, 100)).toBe('it did not answer within 10 s');
    for (const socket of waiting) socket.destroy();
  });

  it.each([
    ['ENETUNREACH', 'no way leads to it from there'],
    ['EHOSTUNREACH', 'no way leads to it from there'],
    ['EMFILE', 'too many connections are open there'],
    ['EACCES', 'the user there may not connect to it'],
    ['EXYZ', 'it could not be connected to'],
  ])('with %s is told without the code of the system', (code, sentence) => {
    expect(refusalOf(Object.assign(new Error('x'), { code }))).toBe(sentence);
  });

  it('because the name is unknown is told as that', async () => {
    expect(await reasonOf('no-such-host.invalid:80')).toMatch(
      /^its name is not known there$|^its name cannot be looked up there at present$/,
    );
  });

  it('because of its socket file is told as that', async () => {
    const folder = await mkdtemp(joinPath(tmpdir(), 'natcheck-'));
    await writeFile(`${folder}/file`, '');
    expect(await reasonOf(`${folder}/none`)).toBe('its socket file is not there');
    expect(await reasonOf(`${folder}/file`)).toBe('nothing listens on it there (connection refused)');
    await rm(folder, { recursive: true });
  });

  it('because it was called off throws the reason of that', async () => {
    const off = new AbortController();
    const connecting = connectTo(parseTarget('192.0.2.1:9'), { signal: off.signal });
    off.abort(new Error('called off'));
    await expect(connecting).rejects.toThrow(/called off|E(?:NET|HOST)UNREACH/);
  });
});

describe('a port of this host', () => {
  const never = new AbortController().signal;

  it('is found on the IPv6 loopback address where nothing listens on that of IPv4', async () => {
    await using target = await openTarget(() => {}, { host: '::1' });
    const socket = await connectTo(parseTarget(String(target.port)), { signal: never });
    expect(socket.remoteAddress).toBe('::1');
    socket.destroy();
  });

  it('is waited for where its program is slow to accept, whoever listens on the other loopback address', async () => {
    await using mute = await openMute();
    await using other = await openTarget(() => {}, { host: '::1', port: mute.port });
    const waiting = Array.from({ length: 8 }, () => connect(mute.port, '127.0.0.1').on('error', () => {}));
    const connecting = connectTo(parseTarget(String(mute.port)), { signal: never, timeoutMs: 500 });
    await expect(connecting).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    expect(other.sockets).toEqual([]);
    for (const socket of waiting) socket.destroy();
  });
});

/** A process that listens, and accepts nothing. */
async function openMute(): Promise<AsyncDisposable & { readonly port: number }> {
  const program = `
    const server = require('net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
      require('fs').writeSync(1, String(server.address().port));
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });`;
  const child = ownedProcess(spawn(process.execPath, ['-e', program]));
  const [port] = (await once(child.stdout, 'data')) as [Buffer];
  return {
    port: Number(port),
    [Symbol.asyncDispose]: async () => {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}

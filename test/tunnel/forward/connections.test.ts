/** Connections over both sides of a forward, with real sockets on loopback and tunnels in memory. */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { WINDOW_BYTES } from '../tunnel-pair.ts';
import {
  connectClient,
  echo,
  failureOf,
  type Joined,
  join,
  openTarget,
  readAll,
  type TcpTarget,
  until,
} from './targets.ts';

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('a connection', () => {
  it('carries every byte, both ways at once', async () => {
    await using target = await openTarget(echo);
    await using joined = await join({ expose: [String(target.port)], forward: [`0:${target.port}`] });
    const bytes = randomBytes(8 * 1024 * 1024);
    const client = await connectClient(joined.port);
    client.end(bytes);
    expect(hashOf(await readAll(client))).toBe(hashOf(bytes));
    await until(() => joined.forwarded.length === 2 && joined.exposed.length === 2);
    const traffic = { bytesToTarget: bytes.length, bytesFromTarget: bytes.length, tooLarge: 0 };
    const closed = { kind: 'stream-closed', stream: 1, target: String(target.port), how: 'ended', traffic };
    expect(joined.forwarded[1]).toEqual(closed);
    expect(joined.exposed).toEqual([
      { kind: 'stream-opened', stream: 1, target: String(target.port), client: null },
      closed,
    ]);
  });

  it('of a target that speaks first is heard before the client has said anything', async () => {
    await using target = await openTarget((socket) => void socket.write('SSH-2.0-x\r\n'));
    await using joined = await join({ expose: [String(target.port)], forward: [`0:${target.port}`] });
    const client = await connectClient(joined.port);
    expect(String((await once(client, 'data'))[0])).toBe('SSH-2.0-x\r\n');
    client.destroy();
  });

  it('of two hundred at once gets its own bytes', async () => {
    await using target = await openTarget(echo);
    await using joined = await join({ expose: [String(target.port)], forward: [`0:${target.port}`] });
    const sent = Array.from({ length: 200 }, (_, index) => Buffer.alloc(20_000, `${index} `));
    const received = await Promise.all(
      sent.map(async (bytes) => {
        const client = await connectClient(joined.port);
        client.end(bytes);
        return readAll(client);
      }),
    );
    expect(received.map(hashOf)).toEqual(sent.map(hashOf));
  });

  it('that is not read stalls itself alone, and what waits for it is bounded', async () => {
    await using target = await openTarget(echo);
    await using joined = await join({ expose: [String(target.port)], forward: [`0:${target.port}`] });
    const slow = await connectClient(joined.port);
    let sent = 0;
    const flood = (): void => {
      while (slow.writable && sent < 256 * 1024 * 1024) {
        sent += 65_536;
        if (!slow.write(Buffer.alloc(65_536))) return void slow.once('drain', flood);
      }
    };
    flood();
    const quick = await connectClient(joined.port);
    const bytes = randomBytes(16 * 1024 * 1024);
    quick.end(bytes);
    expect(hashOf(await readAll(quick))).toBe(hashOf(bytes));
    // The target's and the client's own buffers, and the kernel's, take some megabytes; the sender was stopped by them.
    expect(slow.writableNeedDrain).toBe(true);
    expect(sent).toBeLessThan(64 * 1024 * 1024);
    // One window on each side of the stream, and what a socket reads at once beyond it.
    expect(joined.pair.bufferedMax()).toBeLessThanOrEqual(4 * WINDOW_BYTES);
    slow.destroy();
  });
});

describe('half-open connections', () => {
  it('end one way when the client has ended, and carry on the other way', async () => {
    await using target = await openTarget();
    await using joined = await join({ expose: [String(target.port)], forward: [`0:${target.port}`] });
    const [client, served] = await both(joined, target);
    client.end('question');
    expect(String(await readAll(served))).toBe('question');
    expect(client.readableEnded).toBe(false);
    served.end('answer');
    expect(String(await readAll(client))).toBe('answer');
    await until(() => joined.forwarded.some((event) => event.kind === 'stream-closed' && event.how === 'ended'));
  });

  it('end the other way when the target has ended, and carry on the first', async () => {
    await using target = await openTarget();
    await using joined = await join({ expose: [String(target.port)], forward: [`0:${target.port}`] });
    const [client, served] = await both(joined, target);
    served.end('greeting');
    expect(String(await readAll(client))).toBe('greeting');
    client.end('late');
    expect(String(await readAll(served))).toBe('late');
    await until(() => joined.exposed.some((event) => event.kind === 'stream-closed' && event.how === 'ended'));
  });

  it.each(['client', 'target'] as const)('are reset for the other when the %s resets', async (who) => {
    await using target = await openTarget();
    await using joined = await join({ expose: [String(target.port)], forward: [`0:${target.port}`] });
    const [client, served] = await both(joined, target);
    const [by, other] = who === 'client' ? [client, served] : [served, client];
    const failure = failureOf(other);
    by.resetAndDestroy();
    expect(await failure).toBe('ECONNRESET');
    await until(
      () => [...joined.forwarded, ...joined.exposed].filter(({ kind }) => kind === 'stream-closed').length === 2,
    );
    expect(
      [joined.forwarded, joined.exposed].map((all) => all.find(({ kind }) => kind === 'stream-closed')),
    ).toMatchObject([{ how: 'reset' }, { how: 'reset' }]);
  });

  it.each(['client', 'target'] as const)('are reset for the other also after the %s had ended its way', async (who) => {
    await using target = await openTarget();
    await using joined = await join({ expose: [String(target.port)], forward: [`0:${target.port}`] });
    const [client, served] = await both(joined, target);
    const [by, other] = who === 'client' ? [client, served] : [served, client];
    by.end('that is all');
    expect(String(await readAll(other))).toBe('that is all');
    by.resetAndDestroy();
    // What has been read to its end shows a reset to those who write.
    await until(() => other.destroyed || !other.write('?'));
    expect(other.errored).toMatchObject({ code: expect.stringMatching(/^(?:ECONNRESET|EPIPE)$/) });
  });

  it('that have exchanged nothing end as soon as both have', async () => {
    await using target = await openTarget();
    await using joined = await join({ expose: [String(target.port)], forward: [`0:${target.port}`] });
    const [client, served] = await both(joined, target);
    client.end();
    served.end();
    expect(await Promise.all([readAll(client), readAll(served)])).toEqual([Buffer.of(), Buffer.of()]);
    await until(() => joined.pair.a.stats().streams === 0);
  });
});

/** Both ends of a connection, once the two sides have joined them. */
async function both(joined: Joined, target: TcpTarget): Promise<[Socket, Socket]> {
  const accepted = target.accepted();
  const client = await connectClient(joined.port);
  const served = await accepted;
  await until(() => joined.forwarded.length > 0 && joined.exposed.length > 0);
  return [client, served];
}

/** Listening, and tunnels that end and come back. */
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../../src/errors.ts';
import { parseForwards } from '../../../../src/tunnel/forward/grammar/parse-forward.ts';
import { openForwarding } from '../../../../src/tunnel/forward/listen/forwarding.ts';
import { createManualClock } from '../clock.ts';
import { connectClient, echo, failureOf, join, openTarget, openUdp, portOf, readAll, until } from '../targets.ts';

describe('listening', () => {
  it('on a TCP port in use names it, and leaves nothing open', async () => {
    await using taken = await openTarget();
    await using free = await openTarget();
    const port = free.port;
    await free[Symbol.asyncDispose]();
    const opening = openForwarding({ forwards: parseForwards([`${port}:22`, `${taken.port}:22`]) });
    await expect(opening).rejects.toThrow(
      new UsageError(
        `TCP 127.0.0.1:${taken.port} is already in use: end the process that has it (ss -ltnp shows it), or choose another port [EADDRINUSE]`,
      ),
    );
    await using again = await openForwarding({ forwards: parseForwards([`${port}:22`]) });
    expect(portOf(again.forwards[0]?.listen)).toBe(port);
  });

  it('on a UDP port in use names it', async () => {
    await using taken = await openUdp();
    await expect(openForwarding({ forwards: parseForwards([`${taken.port}:53/udp`]) })).rejects.toThrow(
      new UsageError(
        `UDP 127.0.0.1:${taken.port} is already in use: end the process that has it (ss -lunp shows it), or choose another port [EADDRINUSE]`,
      ),
    );
  });

  it.each(['192.0.2.1:8080:80', '192.0.2.1:8080:80/udp'])('on an address of others, %s, is wrong use', async (text) => {
    await expect(openForwarding({ forwards: parseForwards([text]) })).rejects.toThrow(
      new UsageError('192.0.2.1 is not an address of this host: ip address shows those that are [EADDRNOTAVAIL]'),
    );
  });

  it('ends with its owner, connections included', async () => {
    await using target = await openTarget(echo);
    const joined = await join({ expose: [String(target.port)], forward: [`0:${target.port}`] });
    const client = await connectClient(joined.port);
    await until(() => joined.forwarded.length === 1);
    const failure = failureOf(client);
    await joined[Symbol.asyncDispose]();
    expect(await failure).toBe('ECONNRESET');
    await expect(connectClient(joined.port)).rejects.toThrow('ECONNREFUSED');
  });
});

it('refuses what the other side wants to open', async () => {
  await using joined = await join({ expose: ['22'], forward: ['0:22'] });
  await expect(joined.pair.b.open('tcp 22')).rejects.toThrow('natcheck forward runs here, which exposes nothing');
});

describe('a tunnel that ends', () => {
  it('resets its connections at both ends, and the next one takes over', async () => {
    await using target = await openTarget(echo);
    await using joined = await join({ expose: [String(target.port)], forward: [`0:${target.port}`] });
    const client = await connectClient(joined.port);
    client.write('x');
    await once(client, 'data');
    const failures = [client, ...target.sockets].map(failureOf);
    joined.pair.cut();
    expect(await Promise.all(failures)).toEqual(['ECONNRESET', 'ECONNRESET']);
    expect(joined.forwarded[1]).toMatchObject({ kind: 'stream-closed', how: 'lost' });
    joined.rejoin();
    const next = await connectClient(joined.port);
    next.end('again');
    expect(String(await readAll(next))).toBe('again');
  });

  it('lets connections that are made meanwhile wait for the next one', async () => {
    await using target = await openTarget(echo);
    await using joined = await join({ expose: [String(target.port)], forward: [`0:${target.port}`] });
    joined.pair.cut();
    await joined.pair.a.closed;
    const client = await connectClient(joined.port);
    client.end('patience');
    const text = readAll(client);
    joined.rejoin();
    expect(String(await text)).toBe('patience');
  });

  it('resets them when none comes within 5 s', async () => {
    const clock = createManualClock();
    await using joined = await join({ expose: ['22'], forward: ['0:22'], clock });
    joined.pair.cut();
    await joined.pair.a.closed;
    const client = await connectClient(joined.port);
    await until(() => clock.pending() === 2);
    clock.advance(4_999);
    expect(joined.forwarded).toEqual([]);
    const failure = failureOf(client);
    clock.advance(1);
    expect(await failure).toBe('ECONNRESET');
    expect(joined.forwarded).toEqual([
      { kind: 'stream-refused', target: '22', reason: 'there is no connection to the other side' },
    ]);
    expect(clock.pending()).toBe(0);
  });

  it('while a connection is being opened lets it go through the next one', async () => {
    await using target = await openTarget(echo);
    await using joined = await join({ expose: [String(target.port)], forward: [`0:${target.port}`] });
    const pair = joined.rejoin();
    pair.b.onOffer(() => joined.pair.cut());
    const client = await connectClient(joined.port);
    client.end('twice');
    await until(() => pair.opened() === 1);
    const text = readAll(client);
    pair.cut();
    joined.rejoin();
    expect(String(await text)).toBe('twice');
  });

  it('that does not answer for 20 s is not waited for any longer', async () => {
    const clock = createManualClock();
    await using joined = await join({ expose: ['22'], forward: ['0:22'], clock });
    joined.pair.b.onOffer(() => {});
    const failure = failureOf(await connectClient(joined.port));
    await until(() => joined.pair.opened() === 1);
    clock.advance(20_000);
    expect(await failure).toBe('ECONNRESET');
    expect(joined.forwarded).toEqual([
      { kind: 'stream-refused', target: '22', reason: 'the other side does not answer' },
    ]);
  });
});

describe('a client that goes', () => {
  it('before it has its stream calls off what it has asked for', async () => {
    await using joined = await join({ expose: ['22'], forward: ['0:22'] });
    const offered = Promise.withResolvers<AbortSignal>();
    joined.pair.b.onOffer(({ signal }) => offered.resolve(signal));
    const client = await connectClient(joined.port);
    const signal = await offered.promise;
    client.resetAndDestroy();
    await until(() => signal.aborted);
    expect(joined.forwarded).toEqual([]);
  });
});

describe('one expose', () => {
  it('serves several tunnels at once, and goes on when one of them ends', async () => {
    await using target = await openTarget(echo);
    await using joined = await join({ expose: [String(target.port)], forward: [`0:${target.port}`] });
    const first = await connectClient(joined.port);
    first.write('1');
    await once(first, 'data');
    const second = joined.rejoin();
    const other = await connectClient(joined.port);
    other.write('2');
    await once(other, 'data');
    second.cut();
    await once(other, 'close').catch(() => {});
    first.end('still here');
    expect(String(await readAll(first))).toBe('still here');
  });
});

/** UDP over both sides of a forward: a flow for each client. */
import { describe, expect, it } from 'vitest';
import { createManualClock } from '../clock.ts';
import { join, openUdp, until } from '../targets.ts';

describe('UDP', () => {
  it('of each client is a flow of its own, and answers find their way', async () => {
    await using target = await openUdp({ isEcho: true });
    await using joined = await join({ expose: [`${target.port}/udp`], forward: [`0:${target.port}/udp`] });
    await using a = await openUdp();
    await using b = await openUdp();
    a.send('from a', joined.port);
    b.send('from b', joined.port);
    await until(() => a.received.length === 1 && b.received.length === 1);
    expect([a.received, b.received]).toEqual([['from a'], ['from b']]);
    expect(joined.pair.opened()).toBe(2);
    a.send('again', joined.port);
    await until(() => a.received.length === 2);
    expect(joined.pair.opened()).toBe(2);
    expect(joined.exposed).toEqual(
      [1, 2].map((stream) => ({ kind: 'stream-opened', stream, target: `${target.port}/udp`, client: null })),
    );
  });

  it('that is idle for 60 s is forgotten on both sides', async () => {
    const clock = createManualClock();
    await using target = await openUdp({ isEcho: true });
    await using joined = await join({ expose: [`${target.port}/udp`], forward: [`0:${target.port}/udp`], clock });
    await using client = await openUdp();
    client.send('x', joined.port);
    await until(() => client.received.length === 1);
    clock.advance(60_000);
    await until(() => joined.forwarded.length === 2 && joined.exposed.length === 2);
    const traffic = { bytesToTarget: 1, bytesFromTarget: 1, tooLarge: 0 };
    const closed = { kind: 'stream-closed', stream: 1, target: `${target.port}/udp`, how: 'ended', traffic };
    expect([joined.forwarded[1], joined.exposed[1]]).toEqual([closed, closed]);
    expect(joined.pair.a.stats().streams).toBe(0);
    client.send('y', joined.port);
    await until(() => client.received.length === 2);
    expect(joined.pair.opened()).toBe(2);
  });

  it('keeps a few of the datagrams that come before there is a tunnel', async () => {
    await using target = await openUdp({ isEcho: true });
    await using joined = await join({ expose: [`${target.port}/udp`], forward: [`0:${target.port}/udp`] });
    joined.pair.cut();
    await joined.pair.a.closed;
    await using client = await openUdp();
    await using last = await openUdp();
    for (let index = 0; index < 20; index++) client.send(String(index), joined.port);
    // Loopback keeps the order, so what this one has sent comes last.
    last.send('last', joined.port);
    const pair = joined.rejoin();
    await until(() => last.received.length === 1 && client.received.length >= 16);
    expect(client.received.toSorted((a, b) => Number(a) - Number(b)).slice(0, 16)).toEqual(
      Array.from({ length: 16 }, (_, index) => String(index)),
    );
    expect(pair.opened()).toBe(2);
  });

  it('with a datagram that is too large tells so once for a flow, and drops it', async () => {
    await using target = await openUdp({ isEcho: true });
    await using joined = await join({
      ...{ expose: [`${target.port}/udp`], forward: [`0:${target.port}/udp`], maxDatagram: 1_000 },
    });
    await using client = await openUdp();
    client.send('x'.repeat(1_001), joined.port);
    client.send('y'.repeat(1_400), joined.port);
    client.send('z'.repeat(1_000), joined.port);
    await until(() => client.received.length === 1);
    expect(client.received).toEqual(['z'.repeat(1_000)]);
    const tooLarge = { kind: 'datagram-too-large', target: `${target.port}/udp`, bytes: 1_001, maxBytes: 1_000 };
    expect(joined.forwarded.slice(1)).toEqual([tooLarge]);
  });

  it('that is refused is told of once, and asked for again only after 5 s', async () => {
    const clock = createManualClock();
    await using joined = await join({ expose: ['22'], forward: ['0:53/udp'], clock });
    await using client = await openUdp();
    client.send('1', joined.port);
    await until(() => joined.forwarded.length === 1);
    const refused = { kind: 'stream-refused', target: '53/udp', reason: 'it is not exposed there' };
    expect(joined.forwarded).toEqual([refused]);
    await using other = await openUdp();
    client.send('2', joined.port);
    // Loopback keeps the order: once the other client's datagram is here, so is the one before.
    other.send('3', joined.port);
    await until(() => joined.forwarded.length === 2);
    expect(joined.pair.opened()).toBe(2);
    clock.advance(5_000);
    client.send('4', joined.port);
    await until(() => joined.forwarded.length === 3);
    expect(joined.pair.opened()).toBe(3);
  });

  it('to a target that is not there yet goes on until it is', async () => {
    const gone = await openUdp();
    const { port } = gone;
    await gone[Symbol.asyncDispose]();
    await using joined = await join({ expose: [`${port}/udp`], forward: [`0:${port}/udp`] });
    await using client = await openUdp();
    client.send('lost', joined.port);
    await until(() => joined.exposed.length === 1);
    client.send('lost as well', joined.port);
    expect(joined.exposed).toEqual([{ kind: 'stream-opened', stream: 1, target: `${port}/udp`, client: null }]);
    expect(joined.forwarded).toMatchObject([{ kind: 'stream-opened' }]);
  });

  it('of more clients than there is room for ends the flow that has been idle for longest', async () => {
    await using target = await openUdp({ isEcho: true });
    const ports = { expose: [`${target.port}/udp`], forward: [`0:${target.port}/udp`] };
    await using joined = await join({ ...ports, flowsMax: 2 });
    const clients = [await openUdp(), await openUdp(), await openUdp()];
    for (const client of clients) {
      client.send('x', joined.port);
      await until(() => client.received.length === 1);
    }
    await until(() => joined.forwarded.some(({ kind }) => kind === 'stream-closed'));
    expect(joined.forwarded.find(({ kind }) => kind === 'stream-closed')).toMatchObject({ stream: 1 });
    for (const client of clients) await client[Symbol.asyncDispose]();
  });

  it('ends its flows with the tunnel, and begins new ones through the next', async () => {
    await using target = await openUdp({ isEcho: true });
    await using joined = await join({ expose: [`${target.port}/udp`], forward: [`0:${target.port}/udp`] });
    await using client = await openUdp();
    client.send('x', joined.port);
    await until(() => client.received.length === 1);
    joined.pair.cut();
    await until(() => joined.forwarded.length === 2 && joined.exposed.length === 2);
    expect([joined.forwarded[1], joined.exposed[1]]).toMatchObject([{ how: 'lost' }, { how: 'lost' }]);
    joined.rejoin();
    client.send('y', joined.port);
    await until(() => client.received.length === 2);
  });
});

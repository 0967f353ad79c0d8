/** Links between real rooms on loopback: who is connected to whom, what goes on, and what ends. */
import { finished } from 'node:stream/promises';
import { describe, expect, it } from 'vitest';
import { openLink } from '../../../src/tunnel/link/open-link.ts';
import type { StreamOffer, Tunnel } from '../../../src/tunnel/tunnel.ts';
import { portsOf, startPunchServer } from '../../punch/punches.ts';
import { newKeys, openTestLink } from './links.ts';

/** Answers each stream with what it was asked for. */
function echo(tunnel: Tunnel): void {
  tunnel.onOffer((offer: StreamOffer) => {
    const stream = offer.accept();
    stream.on('error', () => {}).resume();
    stream.end(`you said ${offer.request}`);
  });
}

async function ask(tunnel: Tunnel, request: string): Promise<string> {
  const stream = await tunnel.open(request);
  stream.end();
  let said = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk;
  });
  await finished(stream);
  return said;
}

describe.concurrent('a link', () => {
  it('by a code connects to whoever has the code, and shows no fingerprint', async () => {
    await using server = await startPunchServer();
    const keys = newKeys();
    await using alice = await openTestLink(server, { id: 'a', keys, peers: { kind: 'first' } });
    await using bob = await openTestLink(server, { id: 'b', keys, peers: { kind: 'first' } });
    const [hers, his] = await Promise.all([alice.next(), bob.next()]);
    expect([hers.peer, his.peer, hers.fingerprint, his.fingerprint]).toEqual(['b', 'a', null, null]);
    expect([hers.role, his.role].toSorted()).toEqual(['initiator', 'responder']);
    echo(his.tunnel);
    expect(await ask(hers.tunnel, 'hello')).toBe('you said hello');
    expect(alice.events.filter(({ kind }) => kind === 'connected')).toEqual([
      { kind: 'connected', peer: 'b', path: 'direct', fingerprint: null, outageMs: null },
    ]);
  });

  it('by ids shows the same fingerprint on both sides', async () => {
    await using server = await startPunchServer();
    await using alice = await openTestLink(server, { id: 'a', keys: null, peers: { kind: 'one', id: 'b' } });
    await using bob = await openTestLink(server, { id: 'b', keys: null, peers: { kind: 'one', id: 'a' } });
    const [hers, his] = await Promise.all([alice.next(), bob.next()]);
    expect(hers.fingerprint).toMatch(/^[2-9a-z]{5}(-[2-9a-z]{5}){3}$/);
    expect(his.fingerprint).toBe(hers.fingerprint);
  });

  it('for everyone has a tunnel to each who asks, and one after another', async () => {
    await using server = await startPunchServer();
    const keys = newKeys();
    await using host = await openTestLink(server, {
      id: 'host',
      keys,
      peers: { kind: 'everyone' },
      waitMs: Number.POSITIVE_INFINITY,
    });
    const serving = (async () => {
      for (let count = 0; count < 3; count++) echo((await host.next()).tunnel);
    })();
    const one = { kind: 'one', id: 'host' } as const;
    {
      await using first = await openTestLink(server, { id: 'first', keys, peers: one });
      await using second = await openTestLink(server, { id: 'second', keys, peers: one });
      const tunnels = await Promise.all([first.next(), second.next()]);
      expect(await Promise.all(tunnels.map(({ tunnel }, at) => ask(tunnel, `${at}`)))).toEqual([
        'you said 0',
        'you said 1',
      ]);
    }
    await host.told('ended', 2);
    await using third = await openTestLink(server, { id: 'third', keys, peers: one });
    expect(await ask((await third.next()).tunnel, '3')).toBe('you said 3');
    await serving;
  });

  it('to one peer tells of others who ask, and connects again when the peer comes back as another process', async () => {
    await using server = await startPunchServer();
    const keys = newKeys();
    await using alice = await openTestLink(server, {
      id: 'alice',
      keys,
      peers: { kind: 'one', id: 'bob' },
      waitMs: Number.POSITIVE_INFINITY,
    });
    await using _bop = await openTestLink(server, { id: 'bop', keys, peers: { kind: 'one', id: 'alice' } });
    expect(await alice.told('stranger')).toEqual({ kind: 'stranger', peer: 'bop' });
    for (const round of ['1', '2']) {
      await using bob = await openTestLink(server, { id: 'bob', keys, peers: { kind: 'one', id: 'alice' } });
      echo((await bob.next()).tunnel);
      expect(await ask((await alice.next()).tunnel, round)).toBe(`you said ${round}`);
    }
    expect(await alice.told('ended', 2)).toEqual({
      kind: 'ended',
      peer: 'bob',
      detail: 'the peer has closed the connection',
    });
  });

  it('ends with what a callback of its user has thrown', async () => {
    await using server = await startPunchServer();
    const keys = newKeys();
    await using alice = await openTestLink(server, { id: 'a', keys, peers: { kind: 'first' } });
    await using bob = await openTestLink(server, { id: 'b', keys, peers: { kind: 'first' } });
    const [hers, his] = await Promise.all([alice.next(), bob.next()]);
    const error = new Error('thrown by the receiver of offers');
    his.tunnel.onOffer(() => {
      throw error;
    });
    hers.tunnel.open('x').catch(() => {});
    expect(await bob.link.closed).toEqual({ reason: 'broken', error });
  });

  it('where nobody comes ends in time, and says so', async () => {
    await using server = await startPunchServer();
    await using alice = await openTestLink(server, { id: 'a', keys: newKeys(), peers: { kind: 'first' }, waitMs: 300 });
    expect(await alice.link.closed).toEqual({
      reason: 'no-peer',
      detail: 'nobody else came into the room in the 0.3 s of waiting: is the code the same on both sides?',
    });
    await using bob = await openTestLink(server, { id: 'b', keys: null, peers: { kind: 'one', id: 'x' }, waitMs: 300 });
    expect(await bob.link.closed).toMatchObject({ reason: 'no-peer' });
  });

  it('goes on with its streams when the server that it has met by is gone, and comes back', async ({ expect }) => {
    const keys = newKeys();
    const server = await startPunchServer();
    await using alice = await openTestLink(server, { id: 'a', keys, peers: { kind: 'first' } });
    await using bob = await openTestLink(server, { id: 'b', keys, peers: { kind: 'first' } });
    const [hers, his] = await Promise.all([alice.next(), bob.next()]);
    his.tunnel.onOffer((offer) => {
      const stream = offer.accept();
      stream.on('error', () => {}).pipe(stream);
    });
    const stream = await hers.tunnel.open('echo');
    const heard: string[] = [];
    stream
      .on('error', () => {})
      .setEncoding('utf8')
      .on('data', (chunk: string) => heard.push(chunk));
    stream.write('before ');
    await expect.poll(() => heard.join('')).toBe('before ');
    await server[Symbol.asyncDispose]();
    stream.write('meanwhile ');
    await expect.poll(() => heard.join('')).toBe('before meanwhile ');
    await using _again = await startPunchServer(portsOf(server));
    await expect
      .poll(() => alice.events.filter(({ kind }) => kind === 'notice').length, { timeout: 10_000 })
      .toBeGreaterThan(1);
    stream.end('after');
    await expect.poll(() => heard.join('')).toBe('before meanwhile after');
  });

  it('that cannot reach a server ends with the reason', async () => {
    const where = { id: 'a', server: '127.0.0.1:9', rendezvous: 'ws://127.0.0.1:9' };
    for (const peers of [{ kind: 'first' }, { kind: 'everyone' }, { kind: 'one', id: 'b' }] as const) {
      const wait = { waitMs: 60_000, patienceMs: 60_000 };
      await using link = await openLink({ room: where, keys: newKeys(), peers, ...wait });
      expect(await link.closed).toMatchObject({ reason: 'rendezvous-unreachable' });
    }
  });
});

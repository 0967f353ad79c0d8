import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { TunnelStream } from '../../../src/tunnel/tunnel.ts';
import { createPair, enterBoth, moveBoth, openBoth, sessionOf } from './pair.ts';
import { bytesOf, closeOf, textOf, until } from './waits.ts';
import { createCarriers, createTables } from './wire.ts';

/** Acts once so many bytes have come. */
async function whenCome(stream: TunnelStream, bytes: number, act: () => void): Promise<void> {
  let come = 0;
  await new Promise<void>((resolve) => {
    stream.on('data', (chunk: Buffer) => {
      come += chunk.length;
      if (come - chunk.length < bytes && come >= bytes) resolve();
    });
  });
  act();
}

describe('a session that moves', () => {
  it.each(['still works', 'is dead'])(
    'takes its streams along, and loses nothing, when the former path %s',
    async (how) => {
      await using pair = await createPair();
      const [near, far] = await openBoth(pair);
      const [there, back] = [randomBytes(6_000_000), randomBytes(6_000_000)];
      const received = [bytesOf(near), bytesOf(far)];
      const middle = whenCome(far, 2_000_000, () => pair.carriers.cut(how === 'is dead'));
      near.end(there);
      far.end(back);
      await middle;
      const { carriers: moved } = await moveBoth(pair);
      const [atNear, atFar] = await Promise.all(received);
      expect([atNear?.equals(back), atFar?.equals(there)]).toEqual([true, true]);
      await until(() => pair.carriers.initiator.isDisposed() && pair.carriers.responder.isDisposed());
      expect(moved.initiator.isDisposed()).toBe(false);
    },
  );

  it('is the same one for both sides, with what has been opened, asked for and offered', async () => {
    await using pair = await createPair();
    const [near, far] = await openBoth(pair);
    pair.responder.onOffer((offer) => void until(() => moved).then(() => offer.accept().end(offer.request)));
    const opening = pair.initiator.open('asked before');
    let moved = false;
    await until(() => pair.responder.stats().rttMs !== null);
    pair.carriers.cut(true);
    const next = await moveBoth(pair);
    moved = true;
    expect([next.initiator.kind, next.responder.kind]).toEqual(['continued', 'continued']);
    expect([next.initiator, next.responder].map(sessionOf)).toEqual([pair.initiator, pair.responder]);
    expect(await textOf(await opening)).toBe('asked before');
    near.end('after');
    expect(await textOf(far)).toBe('after');
  });

  it('counts what it has sent once, though some of it goes again over the new path', async () => {
    await using pair = await createPair();
    const [near, far] = await openBoth(pair);
    const received = bytesOf(far);
    pair.carriers.cut(true);
    near.end(randomBytes(100_000));
    await until(() => pair.initiator.stats().bytesSent === 100_000);
    await moveBoth(pair);
    expect((await received).length).toBe(100_000);
    expect(pair.initiator.stats().bytesSent).toBe(100_000);
  });

  it('can move twice before anything was heard on the first new path', async () => {
    await using pair = await createPair();
    const [near, far] = await openBoth(pair);
    const sent = randomBytes(4_000_000);
    const received = bytesOf(far);
    const middle = whenCome(far, 1_000_000, () => pair.carriers.cut(true));
    near.end(sent);
    await middle;
    const first = await moveBoth(pair);
    first.carriers.cut(true);
    const { carriers: second } = await moveBoth(pair);
    expect((await received).equals(sent)).toBe(true);
    expect(second.initiator.isDisposed()).toBe(false);
  });

  it('goes on when either side has the other part in the new handshake', async () => {
    await using pair = await createPair();
    const [near, far] = await openBoth(pair);
    const { tables, instances, initiator, responder } = pair;
    const carriers = await createCarriers({ initiator: tables.responder, responder: tables.initiator });
    pair.kept.push(carriers);
    await enterBoth(carriers, {
      initiator: { instance: instances.responder, session: responder },
      responder: { instance: instances.initiator, session: initiator },
    });
    near.end('there');
    far.end('back');
    expect(await Promise.all([textOf(near), textOf(far)])).toEqual(['back', 'there']);
    expect([initiator.role, responder.role]).toEqual(['initiator', 'responder']);
  });

  it('begins on the route that its path has after the handshake, and sends nothing to where it led before', async () => {
    await using carriers = await createCarriers();
    const dead = createSocket('udp4').bind(0, '127.0.0.1');
    await once(dead, 'listening');
    let come = 0;
    dead.on('message', () => come++);
    const route = carriers.initiator.route();
    carriers.initiator.changeRoute({ ...route, remote: dead.address() });
    const entering = enterBoth(carriers);
    carriers.initiator.changeRoute({ ...route });
    const entered = await entering;
    const pair = { initiator: sessionOf(entered.initiator), responder: sessionOf(entered.responder) };
    const [near, far] = await openBoth(pair);
    near.end('there');
    expect(await textOf(far)).toBe('there');
    expect(come).toBe(0);
    await Promise.all([pair.initiator[Symbol.asyncDispose](), pair.responder[Symbol.asyncDispose]()]);
    dead.close();
  });

  it('takes another route within its path without a handshake', async () => {
    await using pair = await createPair();
    const other = await createCarriers(pair.tables);
    pair.kept.push(other);
    const [near, far] = await openBoth(pair);
    const sent = randomBytes(6_000_000);
    const received = bytesOf(far);
    const middle = whenCome(far, 2_000_000, () => {
      pair.carriers.initiator.changeRoute(other.initiator.route());
      pair.carriers.responder.changeRoute(other.responder.route());
    });
    near.end(sent);
    await middle;
    expect((await received).equals(sent)).toBe(true);
  });
});

describe('a session without a path', () => {
  it('ends after a while, and says why', async () => {
    await using pair = await createPair({ sides: { outliveMs: 50 } });
    const [near] = await openBoth(pair);
    pair.carriers.initiator.lose();
    await until(() => pair.initiator.stats().path === null);
    expect(pair.initiator.maxDatagram()).toBe(0);
    expect(near.sendDatagram(Buffer.from('x'))).toBe(false);
    const detail = 'there is no path to the peer any more: the peer has not answered for 30 s';
    expect(await pair.initiator.closed).toEqual({ reason: 'path-lost', detail });
    expect(near.errored).toMatchObject({ code: 'lost', message: detail });
  });

  it('goes on when another one comes in time', async () => {
    await using pair = await createPair();
    const [near, far] = await openBoth(pair);
    pair.carriers.initiator.lose();
    pair.carriers.responder.lose();
    await until(() => pair.initiator.stats().path === null);
    near.end('written without a path');
    await moveBoth(pair);
    expect(await textOf(far)).toBe('written without a path');
  });
});

describe('a peer that comes back', () => {
  it('as another process begins a fresh session, and ends what was under way', async () => {
    await using pair = await createPair();
    const [near] = await openBoth(pair);
    const carriers = await createCarriers({
      initiator: pair.tables.initiator,
      responder: createTables().responder,
    });
    pair.kept.push(carriers);
    const again = await enterBoth(carriers, {
      initiator: { instance: pair.instances.initiator, session: pair.initiator },
    });
    expect([again.initiator.kind, again.responder.kind]).toEqual(['fresh', 'fresh']);
    expect(await pair.initiator.closed).toEqual({ reason: 'peer-restarted' });
    await closeOf(near);
    expect(near.errored).toMatchObject({ code: 'lost', message: 'the peer has been restarted' });
    const sessions = { initiator: sessionOf(again.initiator), responder: sessionOf(again.responder) };
    const [fresh, freshFar] = await openBoth(sessions);
    fresh.end('anew');
    expect(await textOf(freshFar)).toBe('anew');
    await Promise.all([sessions.initiator[Symbol.asyncDispose](), sessions.responder[Symbol.asyncDispose]()]);
  });

  it('as the same process that has given the session up begins a fresh one', async () => {
    await using pair = await createPair();
    const carriers = await createCarriers(pair.tables);
    pair.kept.push(carriers);
    await pair.responder.end({ reason: 'path-lost', detail: 'given up' });
    const fresh = await enterBoth(carriers, {
      initiator: { instance: pair.instances.initiator, session: pair.initiator },
      responder: { instance: pair.instances.responder, session: pair.responder },
    });
    expect([fresh.initiator.kind, fresh.responder.kind]).toEqual(['fresh', 'fresh']);
    expect(await pair.initiator.closed).toEqual({
      reason: 'path-lost',
      detail: 'the peer has given up what was under way, after it had not heard of this side for long',
    });
    await Promise.all([fresh.initiator, fresh.responder].map((entered) => sessionOf(entered)[Symbol.asyncDispose]()));
  });
});

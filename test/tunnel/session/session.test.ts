import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { createPair, openBoth } from './pair.ts';
import { bytesOf, closeOf, until } from './waits.ts';

describe('a datagram', () => {
  it('comes to the peer end of its stream, and what comes before anybody listens is kept', async () => {
    await using pair = await createPair();
    const [near, far] = await openBoth(pair);
    expect([near.sendDatagram(Buffer.from('one')), near.sendDatagram(Buffer.from('two'))]).toEqual([true, true]);
    await until(() => pair.responder.stats().bytesReceived === 6);
    const received: string[] = [];
    far.onDatagram((bytes) => received.push(Buffer.from(bytes).toString()));
    near.sendDatagram(Buffer.from('three'));
    await until(() => received.length === 3);
    expect(received.toSorted()).toEqual(['one', 'three', 'two']);
  });

  it('is dropped at once when it is too large, or its stream is over', async () => {
    await using pair = await createPair();
    const [near] = await openBoth(pair);
    const most = pair.initiator.maxDatagram();
    expect(most).toBe(1_200 - 30);
    expect(near.sendDatagram(Buffer.alloc(most))).toBe(true);
    expect(near.sendDatagram(Buffer.alloc(most + 1))).toBe(false);
    near.destroy();
    await closeOf(near);
    expect(near.sendDatagram(Buffer.alloc(1))).toBe(false);
  });
});

describe('a session', () => {
  it('keeps 4,096 messages that the peer has not taken, and leaves it with one more', async () => {
    await using pair = await createPair();
    const askAndWithdraw = (): void => {
      const calling = new AbortController();
      pair.initiator.open('', calling.signal).catch(() => {});
      calling.abort();
    };
    // Two messages each, and all in one turn, in which nothing can come from the peer.
    for (let count = 0; count < 2_048; count++) askAndWithdraw();
    expect(pair.initiator.isOver()).toBe(false);
    askAndWithdraw();
    expect(await pair.initiator.closed).toEqual({
      reason: 'path-lost',
      detail: 'the peer does not take what it is told',
    });
  });

  it('ends for the peer when this side disposes of it, and so do its streams, openings and offers', async () => {
    await using pair = await createPair();
    const [, far] = await openBoth(pair);
    const opening = pair.responder.open('never answered');
    opening.catch(() => {});
    await pair.initiator[Symbol.asyncDispose]();
    expect(await pair.initiator.closed).toEqual({ reason: 'own-end' });
    expect(await pair.responder.closed).toEqual({ reason: 'peer-left' });
    expect(far.errored).toMatchObject({ code: 'lost' });
    await expect(opening).rejects.toMatchObject({ name: 'TunnelStreamError', code: 'lost' });
    await expect(pair.responder.open('x')).rejects.toMatchObject({ message: 'the peer has closed the tunnel' });
    expect([pair.carriers.initiator.isDisposed(), pair.carriers.responder.isDisposed()]).toEqual([true, true]);
  });

  it('ends for the peer also where nothing of control comes through any more', async () => {
    let isNativeLost = false;
    const onDatagram = (bytes: Uint8Array): readonly Uint8Array[] => (isNativeLost && bytes[0] === 0xff ? [] : [bytes]);
    await using pair = await createPair({ faults: { onDatagram } });
    isNativeLost = true;
    await pair.initiator[Symbol.asyncDispose]();
    expect(await pair.responder.closed).toEqual({ reason: 'peer-left' });
  });

  it('can be disposed of as soon as a stream has closed: the peer has got everything', async () => {
    await using pair = await createPair();
    const [near, far] = await openBoth(pair);
    const sent = randomBytes(2_000_000);
    const received = bytesOf(far);
    near.end(sent);
    near.resume();
    far.end();
    await closeOf(near);
    await pair.initiator[Symbol.asyncDispose]();
    expect((await received).equals(sent)).toBe(true);
    expect(far.errored).toBeNull();
  });

  it('leaves what has come of a stream to its reader, who may be slow, when the peer ends it', async () => {
    await using pair = await createPair();
    const [near, far] = await openBoth(pair);
    const sent = randomBytes(100_000);
    const ends = [once(near, 'finish'), once(far, 'finish')];
    near.resume().end(sent);
    far.end();
    await Promise.all(ends);
    await pair.initiator[Symbol.asyncDispose]();
    await pair.responder.closed;
    expect((await bytesOf(far)).equals(sent)).toBe(true);
    expect(far.errored).toBeNull();
  });

  it('tells the round trip, and for how long the peer was not heard', async () => {
    await using pair = await createPair();
    await until(() => pair.initiator.stats().rttMs !== null);
    expect(pair.initiator.quietForMs()).toBeLessThan(1_500);
    pair.carriers.cut(true);
    await until(() => pair.initiator.quietForMs() > 1_500);
    pair.carriers.cut(false);
    await until(() => pair.initiator.quietForMs() < 500);
  });
});

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { OFFERS_MAX } from '../../../src/tunnel/session/stream/offering.ts';
import { WINDOW_MIN_BYTES } from '../../../src/tunnel/session/stream/window.ts';
import type { StreamOffer } from '../../../src/tunnel/tunnel.ts';
import { createPair, openBoth } from './pair.ts';
import { bytesOf, closeOf, textOf, until } from './waits.ts';

describe('a stream', () => {
  it('carries bytes both ways at once, each direction ended by its side', async () => {
    await using pair = await createPair();
    const [there, back] = [randomBytes(3_000_000), randomBytes(2_000_000)];
    const [near, far] = await openBoth(pair);
    near.end(there);
    far.end(back);
    const [atNear, atFar] = await Promise.all([bytesOf(near), bytesOf(far)]);
    expect([atNear.equals(back), atFar.equals(there)]).toEqual([true, true]);
    expect([near.number, far.number]).toEqual([1, 1]);
    expect(pair.initiator.stats()).toMatchObject({ path: 'direct', bytesSent: 3_000_000, bytesReceived: 2_000_000 });
  });

  it('goes on in one direction after the other one has ended', async () => {
    await using pair = await createPair();
    const [near, far] = await openBoth(pair);
    near.end('a question');
    expect(await textOf(far)).toBe('a question');
    far.write('an ');
    far.end('answer');
    expect(await textOf(near)).toBe('an answer');
  });

  it('finishes when the peer has got everything, whether it reads it or not', async () => {
    await using pair = await createPair();
    const [near, far] = await openBoth(pair);
    near.end(Buffer.alloc(1_000, 1));
    await once(near, 'finish');
    expect(far.readableLength).toBe(1_000);
  });

  it('is opened by the responder with an even number, while the initiator opens one too', async () => {
    await using pair = await createPair();
    pair.initiator.onOffer((offer) => offer.accept().end());
    pair.responder.onOffer((offer) => offer.accept().end());
    const streams = await Promise.all([pair.initiator.open('one'), pair.responder.open('two')]);
    expect(streams.map(({ number }) => number)).toEqual([1, 2]);
  });

  it('that is destroyed fails at the peer with the reason, made visible', async () => {
    await using pair = await createPair();
    const [near, far] = await openBoth(pair);
    far.destroy(new Error('the target\u0007 has gone'));
    const [error] = await once(near, 'error');
    expect(error).toMatchObject({
      code: 'reset',
      message: 'the peer has reset the stream: the target\\u0007 has gone',
    });
  });

  it('fails at the peer when it is destroyed after it has ended but before everything has come', async () => {
    await using pair = await createPair();
    const [near, far] = await openBoth(pair);
    near.end('all');
    expect(await textOf(far)).toBe('all');
    near.destroy();
    await closeOf(far);
    expect(far.errored).toMatchObject({ code: 'reset' });
  });

  it('stops the peer when nobody reads, and loses nothing when somebody does', async () => {
    await using pair = await createPair();
    const [near, far] = await openBoth(pair);
    const sent = randomBytes(8_000_000);
    near.end(sent);
    far.pause();
    // Another stream shows that everything which could come has come.
    await until(() => far.readableLength >= WINDOW_MIN_BYTES);
    const [other, otherFar] = await openBoth(pair);
    other.end('other');
    expect(await textOf(otherFar)).toBe('other');
    expect(far.readableLength).toBe(WINDOW_MIN_BYTES);
    expect((await bytesOf(far)).equals(sent)).toBe(true);
  });

  it('is read in whatever pieces the reader wants, though small frames are gathered until it reads', async () => {
    await using pair = await createPair();
    const [near, far] = await openBoth(pair);
    far.pause();
    const received = new Promise<string>((resolve) => {
      let text = '';
      far.on('readable', () => {
        for (let bytes = far.read(5); bytes !== null; bytes = far.read(5)) text += bytes.toString();
      });
      far.once('end', () => resolve(text));
    });
    for (const word of ['one, ', 'two, ', 'three']) {
      near.write(word.slice(0, 2));
      await new Promise((resolve) => setImmediate(resolve));
      near.write(word.slice(2));
      await new Promise((resolve) => setImmediate(resolve));
    }
    near.end();
    expect(await received).toBe('one, two, three');
  });

  it('gathers small writes', async () => {
    let packets = 0;
    const onDatagram = (bytes: Uint8Array, from: string): readonly Uint8Array[] => {
      if (from === 'initiator') packets++;
      return [bytes];
    };
    await using pair = await createPair({ faults: { onDatagram } });
    const [near, far] = await openBoth(pair);
    const received = bytesOf(far);
    const before = packets;
    for (let count = 0; count < 10_000; count++) near.write(Uint8Array.of(count & 255));
    near.end();
    expect((await received).length).toBe(10_000);
    expect(packets - before).toBeLessThan(40);
  });
});

describe('an offer', () => {
  it('that is refused fails for who has asked, with the reason made visible', async () => {
    await using pair = await createPair();
    pair.responder.onOffer((offer) => offer.refuse(`no ${offer.request}\n`));
    await expect(pair.initiator.open('target')).rejects.toMatchObject({
      name: 'StreamRefusedError',
      message: 'no target\\u000a',
    });
  });

  it('is aborted when who has asked no longer wants it, and gives a stream that is over', async () => {
    await using pair = await createPair();
    const controller = new AbortController();
    const offered = Promise.withResolvers<StreamOffer>();
    pair.responder.onOffer(offered.resolve);
    const opening = pair.initiator.open('target', controller.signal);
    const offer = await offered.promise;
    controller.abort(new Error('changed my mind'));
    await expect(opening).rejects.toThrow('changed my mind');
    await once(offer.signal, 'abort');
    const stream = offer.accept();
    await closeOf(stream);
    expect(stream.errored).toMatchObject({ code: 'reset' });
    expect(pair.responder.stats().streams).toBe(0);
  });

  it('waits for somebody to take it', async () => {
    await using pair = await createPair();
    const opening = pair.initiator.open('early');
    await until(() => pair.responder.stats().rttMs !== null);
    pair.responder.onOffer((offer) => offer.accept().end(offer.request));
    expect(await textOf(await opening)).toBe('early');
  });

  it(`is refused when ${OFFERS_MAX} others wait for an answer`, async () => {
    await using pair = await createPair();
    const openings = Array.from({ length: OFFERS_MAX + 1 }, (_, index) => pair.initiator.open(`${index}`));
    await expect(openings[OFFERS_MAX]).rejects.toMatchObject({
      name: 'StreamRefusedError',
      message: 'more than 64 streams wait for an answer',
    });
    const settled = Promise.allSettled(openings);
    await pair.initiator[Symbol.asyncDispose]();
    expect((await settled).filter(({ status }) => status === 'fulfilled')).toEqual([]);
  });

  it('with a longer request than 512 characters is not made', async () => {
    await using pair = await createPair();
    await expect(pair.initiator.open('x'.repeat(513))).rejects.toThrow('a request has 512 characters at most');
  });

  it('is refused while 1,024 streams are open, and taken again when one has closed', async () => {
    await using pair = await createPair();
    pair.responder.onOffer((offer) => offer.accept().resume());
    const streams = [];
    while (streams.length < 1_024) {
      streams.push(...(await Promise.all(Array.from({ length: 64 }, () => pair.initiator.open('')))));
    }
    await expect(pair.initiator.open('')).rejects.toThrow('more than 1024 streams are open');
    streams[0]?.destroy();
    await until(() => pair.responder.stats().streams < 1_024);
    (await pair.initiator.open('')).destroy();
  });
});

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

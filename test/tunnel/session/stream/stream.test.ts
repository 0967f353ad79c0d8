import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { WINDOW_MIN_BYTES } from '../../../../src/tunnel/session/stream/window.ts';
import { createPair, openBoth } from '../pair.ts';
import { bytesOf, closeOf, textOf, until } from '../waits.ts';

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

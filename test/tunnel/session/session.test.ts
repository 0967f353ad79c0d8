import { randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { createPair } from './pair.ts';

describe('a session', () => {
  it('carries a stream both ways at once, each ended by its side, and every byte arrives', async () => {
    await using pair = await createPair();
    const [there, back] = [randomBytes(3_000_000), randomBytes(2_000_000)];
    pair.responder.onOffer(async (offer) => {
      expect(offer.request).toBe('a target');
      const stream = offer.accept();
      stream.end(back);
      expect((await buffer(stream)).equals(there)).toBe(true);
    });
    const stream = await pair.initiator.open('a target');
    stream.end(there);
    expect((await buffer(stream)).equals(back)).toBe(true);
  });
});

/** Messages out of a stream, however it is cut. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { encode } from '../../../src/stun/encode.ts';
import { METHOD } from '../../../src/stun/header.ts';
import { decodeChannelData, encodeChannelData } from '../../../src/turn/wire/channel-data.ts';
import { createStreamReader } from '../../../src/turn/wire/stream.ts';

const STUN = encode({
  class: 'indication',
  method: METHOD.data,
  transactionId: new Uint8Array(12).fill(7),
  attributes: [{ type: 'DATA', value: Uint8Array.of(1, 2, 3) }],
});

it('gives back what was written, for any messages and any cuts', () => {
  const message = fc.oneof(
    fc.constant(STUN),
    fc
      .record({ channel: fc.integer({ min: 0x4000, max: 0x4fff }), data: fc.uint8Array({ maxLength: 40 }) })
      .map((one) => encodeChannelData(one, { padded: true })),
  );
  fc.assert(
    fc.property(fc.array(message), fc.array(fc.nat({ max: 30 })), (messages, cuts) => {
      const stream = Buffer.concat(messages);
      const reader = createStreamReader();
      const read: Uint8Array[] = [];
      let at = 0;
      for (const cut of [...cuts, stream.length]) {
        read.push(...(reader.push(stream.subarray(at, at + cut)) ?? []));
        at = Math.min(stream.length, at + cut);
      }
      expect(read.length).toBe(messages.length);
      for (const [index, one] of read.entries()) {
        const written = messages[index] ?? new Uint8Array();
        const data = decodeChannelData(one);
        if (data) expect(data).toEqual(decodeChannelData(written));
        else expect(Buffer.compare(one, written)).toBe(0);
      }
    }),
  );
});

it.each([
  ['bytes that begin neither', Uint8Array.of(0x80)],
  ['a reserved channel', Uint8Array.of(0x50, 0, 0, 0)],
  ['a STUN length that is no multiple of four', Uint8Array.of(0, 1, 0, 3)],
])('%s end it for good', (_what, bytes) => {
  const reader = createStreamReader();
  expect(reader.push(bytes)).toBeNull();
  expect(reader.push(STUN)).toBeNull();
});

import { expect, it } from 'vitest';
import { decodePayload, encodePayload } from '../../../src/tunnel/handshake/payload.ts';

const PAYLOAD = { instance: Buffer.alloc(16, 1), session: Buffer.alloc(16, 2), control: 0xffff_fffe };

it('is read as it was written, with a session and without', () => {
  expect(decodePayload(encodePayload(PAYLOAD))).toEqual(PAYLOAD);
  expect(decodePayload(encodePayload({ ...PAYLOAD, session: null }))).toEqual({ ...PAYLOAD, session: null });
});

it('may go on with what newer peers tell', () => {
  expect(decodePayload(Buffer.concat([encodePayload(PAYLOAD), Buffer.alloc(100, 9)]))).toEqual(PAYLOAD);
});

it('is none when something is missing', () => {
  expect(decodePayload(encodePayload(PAYLOAD).subarray(0, 35))).toBeNull();
});

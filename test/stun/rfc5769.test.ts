/** The test vectors of RFC 5769, byte for byte in both directions. */
import { describe, expect, it } from 'vitest';
import { decode } from '../../src/stun/decode.ts';
import { encode } from '../../src/stun/encode.ts';
import { hasValidFingerprint } from '../../src/stun/fingerprint.ts';
import { METHOD } from '../../src/stun/header.ts';
import { checkIntegrity, longTermKey, shortTermKey } from '../../src/stun/integrity.ts';
import type { StunMessage } from '../../src/stun/message.ts';

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'));

const TRANSACTION_ID = hex('b7e7a701 bc34d686 fa87dfae');
const KEY = shortTermKey('VOkJxbRl1RmTxUk/WvJxBt');
/** The vectors pad with blanks, as RFC 5389 let them. */
const PADDING_BYTE = 0x20;

interface Vector {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly message: StunMessage;
}

const VECTORS: readonly Vector[] = [
  {
    name: '§2.1 sample request',
    bytes: hex(`00010058 2112a442 b7e7a701 bc34d686 fa87dfae
      80220010 5354554e 20746573 7420636c 69656e74
      00240004 6e0001ff 80290008 932ff9b1 51263b36
      00060009 6576746a 3a683676 59202020
      00080014 9aeaa70c bfd8cb56 781ef2b5 b2d3f249 c1b571a2
      80280004 e57a3bcf`),
    message: {
      class: 'request',
      method: METHOD.binding,
      transactionId: TRANSACTION_ID,
      attributes: [
        { type: 'SOFTWARE', value: 'STUN test client' },
        { type: 'PRIORITY', value: 0x6e0001ff },
        { type: 'ICE-CONTROLLED', value: 0x932ff9b151263b36n },
        { type: 'USERNAME', value: 'evtj:h6vY' },
      ],
    },
  },
  {
    name: '§2.2 sample IPv4 response',
    bytes: hex(`0101003c 2112a442 b7e7a701 bc34d686 fa87dfae
      8022000b 74657374 20766563 746f7220 00200008 0001a147 e112a643
      00080014 2b91f599 fd9e90c3 8c7489f9 2af9ba53 f06be7d7
      80280004 c07d4c96`),
    message: {
      class: 'success',
      method: METHOD.binding,
      transactionId: TRANSACTION_ID,
      attributes: [
        { type: 'SOFTWARE', value: 'test vector' },
        { type: 'XOR-MAPPED-ADDRESS', value: { address: '192.0.2.1', port: 32853 } },
      ],
    },
  },
  {
    name: '§2.3 sample IPv6 response',
    bytes: hex(`01010048 2112a442 b7e7a701 bc34d686 fa87dfae
      8022000b 74657374 20766563 746f7220
      00200014 0002a147 0113a9fa a5d3f179 bc25f4b5 bed2b9d9
      00080014 a382954e 4be67bf1 1784c97c 8292c275 bfe3ed41
      80280004 c8fb0b4c`),
    message: {
      class: 'success',
      method: METHOD.binding,
      transactionId: TRANSACTION_ID,
      attributes: [
        { type: 'SOFTWARE', value: 'test vector' },
        { type: 'XOR-MAPPED-ADDRESS', value: { address: '2001:db8:1234:5678:11:2233:4455:6677', port: 32853 } },
      ],
    },
  },
];

describe.each(VECTORS)('RFC 5769 $name', ({ bytes, message }) => {
  it('is what the encoder writes', () => {
    const encoded = encode(message, {
      integrity: { algorithm: 'sha1', key: KEY },
      fingerprint: true,
      paddingByte: PADDING_BYTE,
    });
    expect(Buffer.from(encoded).toString('hex')).toBe(Buffer.from(bytes).toString('hex'));
  });

  it('is what the decoder reads, and its integrity and fingerprint hold', () => {
    const decoded = decode(bytes);
    if (!decoded.ok) throw new Error(decoded.error.code);
    const known = decoded.message.attributes.slice(0, -2);
    expect({ ...decoded.message, attributes: known }).toEqual(message);
    expect(checkIntegrity(bytes, { algorithm: 'sha1', key: KEY })).toBe('valid');
    expect(hasValidFingerprint(bytes)).toBe(true);
  });

  it('is read the same from a Buffer inside a pool, which stays as it was', () => {
    const pool = Buffer.concat([Buffer.alloc(13, 0xee), bytes, Buffer.alloc(7, 0xee)]);
    const before = pool.toString('hex');
    const inPool = pool.subarray(13, 13 + bytes.length);
    expect(decode(inPool)).toEqual(decode(bytes));
    expect(checkIntegrity(inPool, { algorithm: 'sha1', key: KEY })).toBe('valid');
    expect(hasValidFingerprint(inPool)).toBe(true);
    expect(pool.toString('hex')).toBe(before);
  });

  it('is refused when any one bit before the integrity changes', () => {
    for (let bit = 8 * 20; bit < 8 * (bytes.length - 32); bit++) {
      const forged = bytes.slice();
      forged[bit >> 3] = (forged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(checkIntegrity(forged, { algorithm: 'sha1', key: KEY })).not.toBe('valid');
      expect(hasValidFingerprint(forged)).toBe(false);
    }
  });
});

describe('RFC 5769 §2.4 sample request with long-term authentication', () => {
  const bytes = hex(`00010060 2112a442 78ad3433 c6ad72c0 29da412e
    00060012 e3839ee3 8388e383 aae38383 e382afe3 82b90000
    0015001c 662f2f34 39396b39 35346436 4f4c3334 6f4c3946 53547679 36347341
    0014000b 6578616d 706c652e 6f726700
    00080014 f6702465 6dd64a3e 02b8e071 2e85c9a2 8ca89666`);
  const username = '\u30de\u30c8\u30ea\u30c3\u30af\u30b9';
  const nonce = 'f//499k954d6OL34oL9FSTvy64sA';
  const realm = 'example.org';
  const key = longTermKey({ username, realm, password: 'TheMatrIX' });
  const message: StunMessage = {
    class: 'request',
    method: METHOD.binding,
    transactionId: hex('78ad3433 c6ad72c0 29da412e'),
    attributes: [
      { type: 'USERNAME', value: username },
      { type: 'NONCE', value: nonce },
      { type: 'REALM', value: realm },
    ],
  };

  it('is what the encoder writes', () => {
    const encoded = encode(message, { integrity: { algorithm: 'sha1', key } });
    expect(Buffer.from(encoded).toString('hex')).toBe(Buffer.from(bytes).toString('hex'));
  });

  it('is what the decoder reads, and its integrity holds', () => {
    const decoded = decode(bytes);
    if (!decoded.ok) throw new Error(decoded.error.code);
    expect(decoded.message.attributes.slice(0, -1)).toEqual(message.attributes);
    expect(checkIntegrity(bytes, { algorithm: 'sha1', key })).toBe('valid');
    expect(checkIntegrity(bytes, { algorithm: 'sha1', key: shortTermKey('TheMatrIX') })).toBe('wrong');
    expect(checkIntegrity(bytes, { algorithm: 'sha256', key })).toBe('absent');
  });
});

import { describe, expect, it } from 'vitest';
import { type Decoded, decode } from '../../src/stun/decode.ts';
import { encode } from '../../src/stun/encode.ts';
import { METHOD } from '../../src/stun/header.ts';
import { attribute, isClassic, unknownRequired } from '../../src/stun/message.ts';
import { runs } from '../runs.ts';
import { createDice, mutate, readCorpus } from './corpus.ts';

const COOKIE_AND_ID = '2112a442 000102030405060708090a0b';
const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
const failure = (code: string, offset: number): Decoded => ({ ok: false, error: { code, offset } }) as Decoded;

const messageOf = (datagram: Uint8Array) => {
  const decoded = decode(datagram);
  if (!decoded.ok) throw new Error(`${decoded.error.code} at ${decoded.error.offset}`);
  return decoded.message;
};

describe('decode', () => {
  it('reads a bare Binding request', () => {
    expect(messageOf(bytes(`00010000 ${COOKIE_AND_ID}`))).toEqual({
      class: 'request',
      method: METHOD.binding,
      transactionId: bytes('000102030405060708090a0b'),
      attributes: [],
    });
  });

  it('takes a request without the magic cookie as classic, with an id of 16 bytes', () => {
    const message = messageOf(bytes('00010000 000102030405060708090a0b0c0d0e0f'));
    expect(isClassic(message)).toBe(true);
    expect(message.transactionId).toHaveLength(16);
  });

  it('reads RESPONSE-PORT of two bytes and of four', () => {
    for (const attributeHex of ['00270002 a4720000', '00270004 a4720000']) {
      expect(attribute(messageOf(bytes(`00010008 ${COOKIE_AND_ID} ${attributeHex}`)), 'RESPONSE-PORT')).toBe(0xa472);
    }
  });

  it('lists unknown comprehension-required types once each, and leaves optional ones alone', () => {
    const message = messageOf(
      bytes(`00010014 ${COOKIE_AND_ID} 7f010000 7f020000 7f010000 ff010000 00030000`.replace('00030000', '00250000')),
    );
    expect(unknownRequired(message, new Set())).toEqual([0x7f01, 0x7f02, 0x0025]);
    expect(unknownRequired(message, new Set(['USE-CANDIDATE']))).toEqual([0x7f01, 0x7f02]);
  });

  it('leaves out what follows the integrity, FINGERPRINT aside', () => {
    const signed = encode(
      { class: 'request', method: METHOD.binding, transactionId: bytes('000102030405060708090a0b'), attributes: [] },
      { integrity: { algorithm: 'sha1', key: bytes('00') } },
    );
    const forged = Uint8Array.from([...signed, ...bytes('00240004 00000001')]);
    forged[3] = forged.length - 20;
    expect(messageOf(forged).attributes.map(({ type }) => type)).toEqual(['MESSAGE-INTEGRITY']);
  });

  it('keeps a comprehension-optional attribute that is not well formed as opaque bytes', () => {
    expect(messageOf(bytes(`01010008 ${COOKIE_AND_ID} 80220002 fffe0000`)).attributes).toEqual([
      { type: 'opaque', code: 0x8022, value: bytes('fffe') },
    ]);
  });

  it.each([
    ['an empty datagram', '', 'truncated', 0],
    ['half a header', '000100002112a442', 'truncated', 8],
    ['ChannelData', '40000004 2112a442 000102030405060708090a0b', 'not-stun', 0],
    ['a length that is not a multiple of four', `00010003 ${COOKIE_AND_ID} 000000`, 'unaligned-length', 2],
    ['fewer bytes than the header says', `00010008 ${COOKIE_AND_ID} 00000000`, 'truncated', 24],
    ['more bytes than the header says', `00010000 ${COOKIE_AND_ID} 00000000`, 'trailing-bytes', 20],
    ['an attribute beyond the end', `00010004 ${COOKIE_AND_ID} 00060004`, 'attribute-overrun', 20],
    ['a CHANGE-REQUEST of two bytes', `00010008 ${COOKIE_AND_ID} 00030002 00060000`, 'attribute-length', 20],
    ['an address of no known family', `0101000c ${COOKIE_AND_ID} 00200008 0003a147e112a643`, 'attribute-value', 20],
    [
      'an IPv6 address in the length of IPv4',
      `0101000c ${COOKIE_AND_ID} 00200008 0002a147e112a643`,
      'attribute-value',
      20,
    ],
    ['a USERNAME that is not UTF-8', `00010008 ${COOKIE_AND_ID} 00060002 c3280000`, 'attribute-value', 20],
    ['an error class beyond 6', `01110008 ${COOKIE_AND_ID} 00090004 00000714`, 'attribute-value', 20],
    ['a type list of odd length', `01110008 ${COOKIE_AND_ID} 000a0003 00030000`, 'attribute-value', 20],
  ])('refuses %s', (_what, hex, code, offset) => {
    expect(decode(bytes(hex))).toEqual(failure(code, offset));
  });

  it('refuses TURN ChannelData as not STUN', () => {
    for (const datagram of readCorpus('channel-data')) expect(decode(datagram)).toEqual(failure('not-stun', 0));
  });

  it('reads every recorded datagram, with no attribute left unknown and encoded again to the same bytes', () => {
    for (const datagram of readCorpus('coturn-4.6.1')) {
      const message = messageOf(datagram);
      expect(message.attributes.filter(({ type }) => type === 'opaque')).toEqual([]);
      expect(encode(message)).toEqual(datagram);
    }
  });
});

const MUTATED = runs(200_000);

describe(`decode of ${MUTATED} mutated datagrams`, () => {
  const corpus = [...readCorpus('coturn-4.6.1'), ...readCorpus('channel-data')];

  it('either decodes or gives a typed error inside the datagram, and never depends on what lies around it', () => {
    const dice = createDice(20_261_121);
    const seen = new Map<string, number>();
    for (let run = 0; run < MUTATED; run++) {
      const input = mutate(corpus[dice(corpus.length)] ?? new Uint8Array(), dice);
      const decoded = decode(input);
      const outcome = decoded.ok ? 'ok' : decoded.error.code;
      seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
      if (!decoded.ok && (decoded.error.offset < 0 || decoded.error.offset > input.length)) expect(decoded).toBeNull();
      if (run % 20 === 0) {
        const framed = new Uint8Array(input.length + 64).fill(0xff);
        framed.set(input, 32);
        expect(decode(framed.subarray(32, 32 + input.length))).toEqual(decoded);
        if (decoded.ok) expect(decode(encode(decoded.message))).toEqual(decoded);
      }
    }
    const outcomes = [...seen.keys()].toSorted();
    expect(outcomes).toEqual([
      'attribute-length',
      'attribute-overrun',
      'attribute-value',
      'not-stun',
      'ok',
      'trailing-bytes',
      'truncated',
      'unaligned-length',
    ]);
  });
});

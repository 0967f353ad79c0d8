/** The indications that carry data are held to the codec: the same bytes, and the same reading of what is read. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../../src/endpoint.ts';
import { decode } from '../../../src/stun/decode.ts';
import { encode } from '../../../src/stun/encode.ts';
import { METHOD } from '../../../src/stun/header.ts';
import { hex } from '../../../src/stun/hex.ts';
import {
  DATA_IN_INDICATION_MAX_BYTES,
  encodeDataIndication,
  readSendIndication,
} from '../../../src/turn/wire/indication.ts';

const PEER: Endpoint = { address: '198.51.100.9', port: 7000 };
const DATA = Uint8Array.of(1, 2, 3, 4, 5);

/** As the system writes it (RFC 5952). */
const canonical = (address: string): string => new URL(`http://[${address}]`).hostname.slice(1, -1);
const peer = fc.record({ address: fc.oneof(fc.ipV4(), fc.ipV6().map(canonical)), port: fc.nat(65_535) });
const data = fc.uint8Array({ maxLength: 40 });
const id = fc.uint8Array({ minLength: 12, maxLength: 12 });

function indication(
  carried: { readonly peer: Endpoint; readonly data: Uint8Array },
  {
    method = METHOD.send as number,
    id = new Uint8Array(12),
    isDataFirst = false,
    more = false,
  }: {
    readonly method?: number;
    readonly id?: Uint8Array;
    readonly isDataFirst?: boolean;
    readonly more?: boolean;
  } = {},
): Uint8Array {
  const both = [
    { type: 'XOR-PEER-ADDRESS', value: carried.peer },
    { type: 'DATA', value: carried.data },
  ] as const;
  const attributes = [
    ...(isDataFirst ? both.toReversed() : both),
    ...(more ? [{ type: 'SOFTWARE', value: 'x' } as const] : []),
  ];
  return encode({ class: 'indication', method, transactionId: id, attributes });
}

describe('a Data indication', () => {
  it('has the bytes that the codec gives', () => {
    fc.assert(
      fc.property(peer, data, id, (peer, data, id) => {
        const bytes = encodeDataIndication({ peer, data }, id);
        expect(hex(bytes)).toBe(hex(indication({ peer, data }, { method: METHOD.data, id })));
      }),
      { numRuns: 1_000 },
    );
  });

  it('takes as much data as fits a STUN message, to an IPv6 peer too', () => {
    const peer = { address: '2001:db8::9', port: 7000 };
    const data = new Uint8Array(DATA_IN_INDICATION_MAX_BYTES);
    const bytes = encodeDataIndication({ peer, data }, new Uint8Array(12));
    expect(Buffer.compare(bytes, indication({ peer, data }, { method: METHOD.data }))).toBe(0);
    expect(() => indication({ peer, data: new Uint8Array(DATA_IN_INDICATION_MAX_BYTES + 1) })).toThrow(RangeError);
  });
});

describe('a Send indication', () => {
  it.each([false, true])('is read where it has the peer and the data alone, data first: %s', (isDataFirst) => {
    fc.assert(
      fc.property(peer, data, id, (peer, data, id) => {
        const bytes = Buffer.from(indication({ peer, data }, { id, isDataFirst }));
        const before = hex(bytes);
        const read = readSendIndication(bytes);
        expect({ ...read, data: hex(read?.data ?? new Uint8Array()) }).toEqual({ peer, data: hex(data) });
        expect(hex(bytes)).toBe(before);
      }),
      { numRuns: 500 },
    );
  });

  it.each<[string, Uint8Array]>([
    ['something else beside them', indication({ peer: PEER, data: DATA }, { more: true })],
    ['another method', indication({ peer: PEER, data: DATA }, { method: METHOD.data })],
    ['no magic cookie', indication({ peer: PEER, data: DATA }, { id: new Uint8Array(16) })],
    ['bytes after it', Uint8Array.of(...indication({ peer: PEER, data: DATA }), 0, 0, 0, 0)],
    ['its end cut off', indication({ peer: PEER, data: DATA }).subarray(0, -4)],
    ['no attributes', indication({ peer: PEER, data: DATA }).subarray(0, 20)],
  ])('is left to the codec with %s', (_what, bytes) => {
    expect(readSendIndication(bytes)).toBeNull();
  });

  it('is read as the codec reads it, or not at all, whatever its bytes are', () => {
    const edits = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 });
    fc.assert(
      fc.property(peer, data, edits, (peer, data, edits) => {
        const bytes = indication({ peer, data });
        for (const [at, byte] of edits) bytes[at % bytes.length] = byte;
        const read = readSendIndication(bytes);
        if (read === null) return;
        const decoded = decode(bytes);
        const attributes = decoded.ok ? decoded.message.attributes : [];
        expect(attributes.toSorted((a, b) => a.type.localeCompare(b.type))).toEqual([
          { type: 'DATA', value: read.data },
          { type: 'XOR-PEER-ADDRESS', value: read.peer },
        ]);
      }),
      { numRuns: 3_000 },
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeResponse, encodeAnnounceRequest, encodeMapRequest } from '../../../src/port-mapping/pcp/message.ts';

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
const NONCE = '0102030405060708090a0b0c';
const IPV4_CLIENT = '00000000 00000000 0000ffff c0a80102';
const IPV6_CLIENT = '20010db8 00000000 00000000 00000002';
const ZERO = '00000000 00000000 00000000 00000000';

describe('a PCP request', () => {
  it('that asks for nothing is the header alone (RFC 6887 §14.1)', () => {
    expect(encodeAnnounceRequest('192.168.1.2')).toEqual(bytes(`02 00 0000 00000000 ${IPV4_CLIENT}`));
  });

  it.each([
    [
      'for an IPv4 port has the addresses as IPv6 ones (RFC 6887 §5)',
      { client: '192.168.1.2', suggested: { address: '0.0.0.0', port: 40_001 }, lifetimeS: 7_200 },
      `02 01 0000 00001c20 ${IPV4_CLIENT} ${NONCE} 11000000 9c40 9c41 00000000 00000000 0000ffff 00000000`,
    ],
    [
      'for an IPv6 port suggests the port itself',
      { client: '2001:db8::2', suggested: { address: '2001:db8::2', port: 40_000 }, lifetimeS: 7_200 },
      `02 01 0000 00001c20 ${IPV6_CLIENT} ${NONCE} 11000000 9c40 9c40 ${IPV6_CLIENT}`,
    ],
    [
      'to remove a mapping suggests nothing (RFC 6887 §15)',
      { client: '192.168.1.2', suggested: { address: '203.0.113.101', port: 40_001 }, lifetimeS: 0 },
      `02 01 0000 00000000 ${IPV4_CLIENT} ${NONCE} 11000000 9c40 0000 ${ZERO}`,
    ],
  ] as const)('%s', (_name, request, expected) => {
    const encoded = encodeMapRequest({ ...request, nonce: bytes(NONCE), internalPort: 40_000 });
    expect(encoded).toEqual(bytes(expected));
  });
});

const mapResponse = (
  change: { readonly code?: string; readonly version?: string; readonly op?: string } = {},
): string => {
  const { code = '00', version = '02', op = '81' } = change;
  const head = `${version} ${op} 00 ${code} 00001c20 00000102 ${ZERO.slice(0, 26)}`;
  return `${head} ${NONCE} 11000000 9c40 9c41 00000000 00000000 0000ffff cb007165`;
};
const MAP = {
  kind: 'map',
  code: 0,
  lifetimeS: 7_200,
  epochS: 258,
  nonce: NONCE,
  protocol: 17,
  internalPort: 40_000,
  external: { address: '203.0.113.101', port: 40_001 },
};
const HEADER_REST = '00000000 00000102 00000000 00000000 00000000';

describe('a PCP response', () => {
  it.each([
    ['of success', mapResponse(), MAP],
    ['with an option behind it', `${mapResponse()} 80000000`, MAP],
    ['of an error', mapResponse({ code: '08' }), { ...MAP, code: 8 }],
    ['to a request for nothing', `02 80 0000 ${HEADER_REST}`, { kind: 'announce', code: 0, lifetimeS: 0, epochS: 258 }],
    [
      'to an opcode that is not known',
      `02 80 0004 ${HEADER_REST}`,
      expect.objectContaining({ kind: 'announce', code: 4 }),
    ],
    ['of another version', `01 81 0001 ${HEADER_REST}`, { kind: 'unsupported-version', version: 1 }],
    ['of another version, at full length', mapResponse({ code: '01' }), { kind: 'unsupported-version', version: 2 }],
    ['of a version that says no error', mapResponse({ version: '01' }), null],
    ['that is a request', mapResponse({ op: '01' }), null],
    ['of PEER', mapResponse({ op: '82' }), null],
    ['to MAP that is its header alone', `02 81 0000 ${HEADER_REST}`, null],
    ['cut short', mapResponse().slice(0, -12), null],
    ['of no whole number of words', `${mapResponse()} 80`, null],
    ['of 1,104 bytes', `${mapResponse()} ${'00'.repeat(1_104 - 60)}`, null],
    ['of NAT-PMP', '00 81 0000 00000102 9c40 9c41 00001c20', null],
    ['of nothing', '', null],
  ])('%s', (_name, hex, expected) => {
    expect(decodeResponse(bytes(hex))).toEqual(expected);
  });

  it('of 1,100 bytes is one', () => {
    expect(decodeResponse(bytes(`${mapResponse()} ${'00'.repeat(1_100 - 60)}`))).toEqual(MAP);
  });

  it('says an IPv6 address as RFC 5952 writes it', () => {
    const response = bytes(mapResponse());
    response.set(bytes(IPV6_CLIENT), 44);
    expect(decodeResponse(response)).toMatchObject({ external: { address: '2001:db8::2', port: 40_001 } });
  });

  it('is null, or one of the three, whatever the bytes', () => {
    const head = fc.constantFrom(Uint8Array.of(2, 129, 0, 0), Uint8Array.of(2, 128, 0, 0), Uint8Array.of());
    fc.assert(
      fc.property(head, fc.uint8Array({ maxLength: 1_200 }), (first, rest) => {
        const kind = decodeResponse(Buffer.concat([first, rest]))?.kind ?? null;
        expect([null, 'map', 'announce', 'unsupported-version']).toContain(kind);
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeResponse, encodeAddressRequest, encodeMapRequest } from '../../../src/port-mapping/nat-pmp/message.ts';

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

describe('a NAT-PMP request', () => {
  it('for the address is two bytes (RFC 6886 §3.2)', () => {
    expect(encodeAddressRequest()).toEqual(bytes('00 00'));
  });

  it('for a UDP port has twelve (RFC 6886 §3.3)', () => {
    const request = encodeMapRequest({ internalPort: 40_000, externalPort: 40_001, lifetimeS: 7_200 });
    expect(request).toEqual(bytes('00 01 0000 9c40 9c41 00001c20'));
  });
});

describe('a NAT-PMP response', () => {
  it.each([
    ['00 80 0000 00000102 cb007165', { kind: 'address', address: '203.0.113.101' }],
    [
      '00 81 0000 00000102 9c40 9c41 00001c20',
      { kind: 'map', internalPort: 40_000, externalPort: 40_001, lifetimeS: 7_200 },
    ],
    ['00 80 0003 00000102 00000000', { kind: 'error', op: 'address', code: 3 }],
    ['00 81 0002 00000102', { kind: 'error', op: 'map', code: 2 }],
    // Of TCP, of PCP (RFC 6887), cut short, a request.
    ['00 82 0000 00000102 9c40 9c41 00001c20', null],
    ['02 81 0000 00000102 9c40 9c41 00001c20', null],
    ['00 81 0000 00000102 9c40 9c41 00001c', null],
    ['00 80 0000 00000102 cb0071', null],
    ['00 01 0000 9c40 9c41 00001c20', null],
    ['00', null],
    ['', null],
  ])('%s is %o', (hex, expected) => {
    expect(decodeResponse(bytes(hex))).toEqual(expected);
  });

  it('is null, or one of the three, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (any) => {
        expect([null, 'error', 'address', 'map']).toContain(decodeResponse(any)?.kind ?? null);
      }),
    );
  });
});

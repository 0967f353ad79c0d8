/** What is refused with an error (RFC 8489 §6.3.1, RFC 5780 §6.1), and what gets no reply at all. */
import { describe, expect, it } from 'vitest';
import type { Attribute } from '../../src/stun/attribute.ts';
import { METHOD } from '../../src/stun/header.ts';
import {
  A,
  ALT_PORT,
  B,
  CLIENT,
  changeRequest,
  classicRequest,
  dropped,
  ONE,
  PORT,
  replyTo,
  request,
  TWO,
} from './stun/requests.ts';

const elsewhere = { address: '198.51.100.9', port: 9 };

describe('420 with the list of what is not understood', () => {
  const REFUSED: readonly (readonly [string, Attribute, number])[] = [
    ['RESPONSE-ADDRESS', { type: 'RESPONSE-ADDRESS', value: elsewhere }, 0x0002],
    ['PRIORITY, which is for ICE agents', { type: 'PRIORITY', value: 1 }, 0x0024],
    ['USE-CANDIDATE', { type: 'USE-CANDIDATE', value: true }, 0x0025],
    ['LIFETIME, which is for TURN', { type: 'LIFETIME', value: 600 }, 0x000d],
    ['what nobody has defined', { type: 'opaque', code: 0x7fff, value: new Uint8Array(4) }, 0x7fff],
  ];

  it.each(REFUSED)('answers %s', (_name, attribute, code) => {
    const { message, from, to, redirected } = replyTo(
      TWO,
      request([changeRequest({ ip: true, port: true }), attribute]),
    );
    expect(message.class).toBe('error');
    expect(message.attributes).toEqual([
      { type: 'ERROR-CODE', value: { code: 420, reason: '' } },
      { type: 'UNKNOWN-ATTRIBUTES', value: [code] },
    ]);
    expect({ from, to, redirected }).toEqual({ from: { address: A, port: PORT }, to: CLIENT, redirected: false });
  });

  it.each([
    [false, false],
    [false, true],
    [true, false],
    [true, true],
  ])('answers CHANGE-REQUEST (ip %s, port %s) where there is one address', (ip, port) => {
    const { attributes } = replyTo(ONE, request([changeRequest({ ip, port })]));
    expect(attributes[1]).toEqual({ type: 'UNKNOWN-ATTRIBUTES', value: [0x0003] });
  });

  it('lists each type once, in order', () => {
    const unknown = (code: number): Attribute => ({ type: 'opaque', code, value: new Uint8Array(0) });
    const { attributes } = replyTo(TWO, request([unknown(0x7001), unknown(0x7000), unknown(0x7001)]));
    expect(attributes[1]).toEqual({ type: 'UNKNOWN-ATTRIBUTES', value: [0x7001, 0x7000] });
  });

  it('is not for comprehension-optional types', () => {
    const optional: Attribute = { type: 'opaque', code: 0x8fff, value: new Uint8Array(3) };
    expect(replyTo(TWO, request([optional])).message.class).toBe('success');
  });

  it('to a classic client is a multiple of four without padding (RFC 3489 §11.2.9, §11.2.10)', () => {
    const { attributes, bytes } = replyTo(TWO, classicRequest([{ type: 'RESPONSE-ADDRESS', value: elsewhere }]));
    expect(attributes).toEqual([
      { type: 'ERROR-CODE', value: { code: 420, reason: '' } },
      { type: 'UNKNOWN-ATTRIBUTES', value: [0x0002, 0x0002] },
    ]);
    expect(bytes).toHaveLength(20 + 8 + (4 + 4));
  });
});

describe('400', () => {
  it.each([
    ['RESPONSE-PORT 0', [{ type: 'RESPONSE-PORT', value: 0 }]],
    [
      'RESPONSE-PORT with PADDING',
      [
        { type: 'RESPONSE-PORT', value: 9 },
        { type: 'PADDING', value: new Uint8Array(64) },
      ],
    ],
  ] satisfies [string, Attribute[]][])('answers %s, to where the request came from', (_name, attributes) => {
    const reply = replyTo(TWO, request(attributes));
    expect(reply.attributes).toEqual([{ type: 'ERROR-CODE', value: { code: 400, reason: 'Bad Request' } }]);
    expect(reply).toMatchObject({ from: { address: A, port: PORT }, to: CLIENT, redirected: false });
  });
});

describe('no reply', () => {
  it.each(['indication', 'success', 'error'] as const)('to a Binding of the class %s', (kind) => {
    expect(dropped(TWO, request([], { kind }))).toBe('not-a-request');
  });

  it.each(['allocate', 'refresh', 'createPermission'] as const)('to the method %s', (method) => {
    expect(dropped(TWO, request([], { method: METHOD[method] }))).toBe('unknown-method');
  });

  it('to what is not STUN, or not whole', () => {
    expect(dropped(TWO, new Uint8Array(0))).toBe('malformed');
    expect(dropped(TWO, request().subarray(0, 19))).toBe('malformed');
    expect(dropped(TWO, new TextEncoder().encode('GET / HTTP/1.1\r\n\r\n..'))).toBe('malformed');
    expect(dropped(TWO, Uint8Array.of(...request(), 0))).toBe('malformed');
  });

  it('to port 0, at which nobody can be', () => {
    expect(dropped(TWO, request(), { ...CLIENT, port: 0 })).toBe('port-zero');
  });

  it.each([
    [A, PORT],
    [A, ALT_PORT],
    [B, PORT],
    [B, ALT_PORT],
  ])('to what claims to come from our own %s:%i', (address, port) => {
    expect(dropped(TWO, request(), { address, port })).toBe('own-endpoint');
  });

  it('to our own sockets by way of RESPONSE-PORT', () => {
    const aimed = request([{ type: 'RESPONSE-PORT', value: ALT_PORT }]);
    expect(dropped(TWO, aimed, { address: B, port: 40_000 })).toBe('own-endpoint');
    expect(dropped(TWO, aimed, CLIENT)).toBeNull();
  });
});

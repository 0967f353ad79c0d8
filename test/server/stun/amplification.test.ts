/** No request, whatever it holds, gets a reply that is much longer than itself, or one that goes astray. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Layout, respond } from '../../../server/stun/decisions/responder.ts';
import type { TicketDesk } from '../../../server/stun/decisions/ticket-desk.ts';
import type { Endpoint } from '../../../src/endpoint.ts';
import type { Attribute } from '../../../src/stun/attribute.ts';
import { decode } from '../../../src/stun/decode.ts';
import { encode } from '../../../src/stun/encode.ts';
import { METHOD } from '../../../src/stun/header.ts';
import { attribute as attributeOf } from '../../../src/stun/message.ts';
import { CLIENT, CLIENT_V6, ONE, request, TWO, TWO_V6 } from './requests.ts';

/** A plain success with two addresses, the longest direct reply to a short request: header, and three addresses. */
const PLAIN_BYTES = { IPv4: 20 + 3 * 12, IPv6: 20 + 3 * 24 };
/** One address more, in a redirected one only. */
const REDIRECTED_BYTES = { IPv4: 20 + 4 * 12, IPv6: 20 + 4 * 24 };
/** A 438 with its nonce, which the 84 bytes of a request with a real ticket get, whose name has 22 characters. */
const STALE_NONCE_BYTES = 20 + (4 + 4 + 12) + (4 + 24);
/** A request that has FINGERPRINT pays for the one it gets with its own. */
const FINGERPRINT_BYTES = 8;

const KNOWN = [0x0001, 0x0002, 0x0003, 0x0006, 0x0008, 0x0009, 0x0014, 0x0020, 0x0024, 0x0026, 0x0027, 0x8022];

const bytes = (lengths: { minLength?: number; maxLength: number }) => fc.uint8Array(lengths);
const attribute = fc.oneof(
  fc.record({ code: fc.oneof(fc.constantFrom(...KNOWN), fc.nat(0xffff)), value: bytes({ maxLength: 12 }) }),
  // What a success may come of.
  fc.record({ code: fc.constant(0x0003), value: bytes({ minLength: 4, maxLength: 4 }) }),
  fc.record({ code: fc.constant(0x0026), value: bytes({ maxLength: 300 }) }),
  fc.record({ code: fc.constant(0x0027), value: bytes({ minLength: 2, maxLength: 4 }) }),
  // Many unknown ones, each as short as can be: the longest lists for the money.
  fc.record({ code: fc.integer({ min: 0x7000, max: 0x7fff }), value: fc.constant(new Uint8Array(0)) }),
);

/** Well-formed messages with any attributes: what the encoder writes as opaque, the decoder reads by its code. */
const requests = fc
  .record({
    attributes: fc.oneof(fc.array(attribute, { maxLength: 3 }), fc.array(attribute, { maxLength: 40 })),
    classic: fc.boolean(),
    fingerprint: fc.boolean(),
  })
  .map(({ attributes, classic, fingerprint }) => {
    const opaque = attributes.map((one) => ({ type: 'opaque', ...one }) as const);
    return request(opaque, { ...(classic ? { id: new Uint8Array(16).fill(9) } : {}), fingerprint });
  });

/** The same with some bytes changed. */
const mutated = fc
  .tuple(requests, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }))
  .map(([datagram, changes]) => {
    const copy = datagram.slice();
    for (const [at, byte] of changes) copy[at % copy.length] = byte;
    return copy;
  });

const datagrams = fc.oneof(requests, mutated, fc.uint8Array({ maxLength: 80 }));

const of = (family: 'IPv4' | 'IPv6') => ({ plain: PLAIN_BYTES[family], elsewhere: REDIRECTED_BYTES[family] });
const LONG_NAME = 'natcheck/'.repeat(14);
const SERVERS: readonly { name: string; layout: Layout; remote: Endpoint; plain: number; elsewhere: number }[] = [
  { name: 'IPv4 with two addresses', layout: TWO, remote: CLIENT, ...of('IPv4') },
  { name: 'IPv4 with one address', layout: ONE, remote: CLIENT, ...of('IPv4') },
  { name: 'IPv4 with a long name', layout: { ...TWO, software: LONG_NAME }, remote: CLIENT, ...of('IPv4') },
  { name: 'IPv6 with two addresses', layout: TWO_V6, remote: CLIENT_V6, ...of('IPv6') },
  { name: 'IPv6 with a long name', layout: { ...TWO_V6, software: LONG_NAME }, remote: CLIENT_V6, ...of('IPv6') },
];

const KEY = new Uint8Array(32).fill(5);
/** Every username is a ticket, and one nonce is good. */
const DESK: TicketDesk = { keyOf: () => KEY, nonceFor: () => NONCE, isFresh: (_now, nonce) => nonce === NONCE };
const NONCE = 'n'.repeat(22);
/** Requests with a ticket, right or not quite, and with what else may be asked for. */
const ticketed = fc
  .record({
    username: fc.string({ maxLength: 22 }),
    nonce: fc.constantFrom(undefined, NONCE, ''),
    key: fc.constantFrom(KEY, KEY.subarray(1)),
    fingerprint: fc.boolean(),
    more: fc.array(attribute, { maxLength: 2 }),
  })
  .map(({ username, nonce, key, fingerprint, more }) => {
    const attributes: Attribute[] = [
      { type: 'USERNAME', value: username },
      ...(nonce === undefined ? [] : [{ type: 'NONCE', value: nonce } as const]),
      ...more.map((one) => ({ type: 'opaque', ...one }) as const),
    ];
    const message = {
      class: 'request',
      method: METHOD.binding,
      transactionId: new Uint8Array(12),
      attributes,
    } as const;
    return encode(message, { integrity: { algorithm: 'sha256', key }, fingerprint });
  });

describe.each(SERVERS)('over $name, where a plain success has $plain bytes at most,', (server) => {
  const { layout, remote, plain, elsewhere } = server;
  const local = { address: layout.addresses[0], port: layout.port };

  it('a reply is no longer than its request or that, or than one address more when it is redirected', () => {
    fc.assert(
      fc.property(datagrams, (datagram) => {
        const answer = respond(0, layout, { datagram, local, remote });
        if (answer.kind === 'drop') return;
        // The fingerprint comes on top only where the request is long enough to have had one.
        const least = answer.redirected ? elsewhere : plain;
        const bound = Math.max(datagram.length, least + (datagram.length >= 28 ? FINGERPRINT_BYTES : 0));
        expect(answer.bytes.length).toBeLessThanOrEqual(bound);
      }),
      { numRuns: 3000 },
    );
  });

  it('a reply to a ticket is no longer than its request or a 438, and leaves the way it came', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(ticketed, (datagram) => {
        const answer = respond(0, layout, { datagram, local, remote, desk: DESK });
        if (answer.kind === 'drop') return;
        const decoded = decode(answer.bytes);
        seen.add(decoded.ok ? String(attributeOf(decoded.message, 'ERROR-CODE')?.code ?? 'success') : 'undecodable');
        expect(answer.bytes.length).toBeLessThanOrEqual(
          Math.max(datagram.length, STALE_NONCE_BYTES + FINGERPRINT_BYTES),
        );
        expect(answer).toMatchObject({ from: local, to: remote, redirected: false });
      }),
      { numRuns: 2000 },
    );
    expect([...seen].toSorted()).toEqual(['400', '401', '420', '438', 'success']);
  });

  it('a refusal of any number of the shortest attributes is no longer than its request or that', () => {
    for (let count = 1; count <= 200; count++) {
      const unknown = Array.from({ length: count }, (_, n) => ({ type: 'opaque', code: 0x7000 + n }) as const);
      const datagram = request(unknown.map((one) => ({ ...one, value: new Uint8Array(0) })));
      const answer = respond(0, layout, { datagram, local, remote });
      if (answer.kind === 'drop') throw new Error(answer.why);
      expect(answer.bytes.length).toBeLessThanOrEqual(Math.max(datagram.length, plain));
    }
  });

  it('a reply goes to the address that the request came from, from one of our own sockets', () => {
    fc.assert(
      fc.property(datagrams, (datagram) => {
        const answer = respond(0, layout, { datagram, local, remote });
        if (answer.kind === 'drop') return;
        expect(answer.to.address).toBe(remote.address);
        expect(answer.to.port).toBeGreaterThan(0);
        expect(layout.addresses).toContain(answer.from.address);
        expect([layout.port, layout.altPort]).toContain(answer.from.port);
      }),
      { numRuns: 1000 },
    );
  });

  it('a reply is never itself answered', () => {
    fc.assert(
      fc.property(datagrams, (datagram) => {
        const answer = respond(0, layout, { datagram, local, remote });
        if (answer.kind === 'drop') return;
        expect(respond(0, layout, { datagram: answer.bytes, local, remote })).toEqual({
          kind: 'drop',
          why: 'not-a-request',
        });
      }),
      { numRuns: 1000 },
    );
  });
});

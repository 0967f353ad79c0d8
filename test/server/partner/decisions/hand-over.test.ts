/** Two servers with one address each answer like one server with both: byte by byte, by way of the sealed datagram. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SEALED_BYTES } from '../../../../server/partner/decisions/lengths.ts';
import { decodeMessage, encodeMessage } from '../../../../server/partner/decisions/message.ts';
import { type HandOver, handedOverReply } from '../../../../server/stun/decisions/hand-over.ts';
import type { Layout } from '../../../../server/stun/decisions/layout.ts';
import { respond } from '../../../../server/stun/decisions/responder.ts';
import { familyOf } from '../../../../src/endpoint.ts';
import type { Attribute } from '../../../../src/stun/attribute.ts';
import {
  A,
  ALT_PORT,
  B,
  CLASSIC_ID,
  CLIENT,
  CLIENT_V6,
  changeRequest,
  PORT,
  request,
  TRANSACTION_ID,
  TWO,
  TWO_V6,
} from '../../stun/requests.ts';
import { HAND_OVER } from '../pair.ts';

const SOFTWARE = 'natcheck 1.2.3';

/** The two servers that together have the addresses of `two`. */
function partnersOf({ addresses: [one, other], ...rest }: Layout): readonly [Layout, Layout] {
  const partner = (address: string | undefined) => ({ address: address ?? '', isUp: true });
  return [
    { ...rest, addresses: [one], partner: partner(other) },
    { ...rest, addresses: [other ?? ''], partner: partner(one) },
  ];
}

/** What the partner reads of it. */
function carried(handOver: HandOver): HandOver {
  const inner = encodeMessage({ kind: 'hand-over', handOver });
  const message = decodeMessage(inner, familyOf(handOver.mapped.address));
  if (message?.kind !== 'hand-over') throw new Error('not a hand-over');
  return message.handOver;
}

const asked = fc.record({
  isSix: fc.boolean(),
  isClassic: fc.boolean(),
  isAlternate: fc.boolean(),
  isOther: fc.boolean(),
  fingerprint: fc.boolean(),
  change: fc.option(fc.record({ ip: fc.boolean(), port: fc.boolean() }), { nil: undefined }),
  responsePort: fc.option(fc.integer({ min: 1, max: 65_535 }), { nil: undefined }),
  /** Fills the request, to no more than the length of a sealed datagram. */
  software: fc.option(fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 60 }), { nil: undefined }),
  named: fc.boolean(),
  clientPort: fc.integer({ min: 1, max: 65_535 }),
});

describe('two partners', () => {
  it('answer every request as one server with two addresses does', () => {
    let handedOver = 0;
    fc.assert(
      fc.property(asked, (one) => {
        const attributes: readonly Attribute[] = [
          ...(one.change ? [changeRequest(one.change)] : []),
          ...(one.responsePort && !one.isClassic ? [{ type: 'RESPONSE-PORT', value: one.responsePort } as const] : []),
          ...(one.software ? [{ type: 'SOFTWARE', value: one.software } as const] : []),
        ];
        const id = one.isClassic ? CLASSIC_ID : TRANSACTION_ID;
        const datagram = request(attributes, { id, fingerprint: one.fingerprint && !one.isClassic });
        const two: Layout = { ...(one.isSix ? TWO_V6 : TWO), ...(one.named && { software: SOFTWARE }) };
        const remote = { ...(one.isSix ? CLIENT_V6 : CLIENT), port: one.clientPort };
        const address = two.addresses[one.isOther ? 1 : 0] ?? '';
        const arrival = { datagram, remote, local: { address, port: one.isAlternate ? ALT_PORT : PORT } };
        const partners = partnersOf(two);
        const whole = respond(0, two, arrival);
        const half = respond(0, partners[one.isOther ? 1 : 0], arrival);
        if (half.kind !== 'reply' || !half.handOver) {
          expect(half).toEqual(whole);
          return;
        }
        handedOver++;
        const { handOver, ...reply } = half;
        expect(reply).toEqual(whole);
        const sent = handedOverReply(partners[one.isOther ? 0 : 1], carried(handOver));
        expect({ kind: 'reply', redirected: true, ...(sent as object) }).toEqual(whole);
        expect(reply.bytes.length).toBeLessThanOrEqual(SEALED_BYTES);
      }),
      { numRuns: 2_000 },
    );
    expect(handedOver).toBeGreaterThan(500);
  });

  it('leave out PADDING, so that no reply is longer than what asked for it', () => {
    const [one, other] = partnersOf(TWO);
    const datagram = request([
      changeRequest({ ip: true, port: false }),
      { type: 'PADDING', value: new Uint8Array(1_000) },
    ]);
    const half = respond(0, one, { datagram, remote: CLIENT, local: { address: A, port: PORT } });
    if (half.kind !== 'reply' || !half.handOver) throw new Error('not handed over');
    const sent = handedOverReply(other, carried(half.handOver));
    expect(sent).toMatchObject({ from: { address: B, port: PORT }, to: CLIENT });
    expect(typeof sent === 'object' && sent.bytes.length).toBe(68);
  });

  it('say nothing of each other while one does not know that the other lives', () => {
    const [one] = partnersOf(TWO);
    const down: Layout = { ...one, partner: { address: B, isUp: false } };
    const arrival = { remote: CLIENT, local: { address: A, port: PORT } };
    const alone: Layout = { ...TWO, addresses: [A] };
    for (const attributes of [[], [changeRequest({ ip: true, port: true })]]) {
      const datagram = request(attributes);
      expect(respond(0, down, { ...arrival, datagram })).toEqual(respond(0, alone, { ...arrival, datagram }));
    }
  });

  it('answer no request that claims to come from the other, up or down', () => {
    const [one] = partnersOf(TWO);
    for (const isUp of [true, false]) {
      const layout: Layout = { ...one, partner: { address: B, isUp } };
      const arrival = {
        datagram: request(),
        remote: { address: B, port: ALT_PORT },
        local: { address: A, port: PORT },
      };
      expect(respond(0, layout, arrival)).toEqual({ kind: 'drop', why: 'own-endpoint' });
    }
  });
});

describe('a hand-over that nobody honest makes', () => {
  const [, other] = partnersOf(TWO);
  it.each<[string, Partial<HandOver>, string]>([
    ['a client that is the partner', { mapped: { address: A, port: PORT } }, 'own-endpoint'],
    ['a client that is the server itself', { mapped: { address: B, port: ALT_PORT } }, 'own-endpoint'],
    ['a reply to the server itself', { mapped: { address: B, port: 9 }, toPort: PORT }, 'own-endpoint'],
    ['port 0', { toPort: 0 }, 'no-endpoint'],
    ['a client at port 0', { mapped: { ...CLIENT, port: 0 } }, 'no-endpoint'],
    ['an address of the other family', { mapped: CLIENT_V6 }, 'no-endpoint'],
    ['an address of this network', { mapped: { address: '10.0.0.1', port: 53 } }, 'out-of-scope'],
    ['this host', { mapped: { address: '127.0.0.1', port: 53 } }, 'out-of-scope'],
    ['everybody on the link', { mapped: { address: '255.255.255.255', port: 53 } }, 'out-of-scope'],
    ['a group', { mapped: { address: '224.0.0.251', port: 5353 } }, 'out-of-scope'],
  ])('is refused: %s', (_, field, refusal) => {
    expect(handedOverReply(other, { ...HAND_OVER, ...field })).toBe(refusal);
  });

  it('of any bytes is no message, or one whose reply is no longer than it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 69, maxLength: 69 }), fc.boolean(), (rest, isSix) => {
        const message = decodeMessage(Uint8Array.of(3, ...rest), isSix ? 'IPv6' : 'IPv4');
        if (message?.kind !== 'hand-over') return;
        const layout = { ...partnersOf(isSix ? TWO_V6 : TWO)[1], software: SOFTWARE };
        const reply = handedOverReply(layout, message.handOver);
        if (typeof reply === 'object') expect(reply.bytes.length).toBeLessThanOrEqual(SEALED_BYTES);
      }),
      { numRuns: 1_000 },
    );
  });
});

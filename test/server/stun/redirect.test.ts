/** RESPONSE-PORT and PADDING (RFC 5780 §7.5, §7.6), and classic requests with one address. */
import { describe, expect, it } from 'vitest';
import { attribute } from '../../../src/stun/message.ts';
import { A, B, CLIENT, changeRequest, classicRequest, ONE, PORT, replyTo, request, TWO } from './requests.ts';

describe('RESPONSE-PORT', () => {
  it('sends the reply to that port of the source address, and still tells where the request came from', () => {
    const reply = replyTo(ONE, request([{ type: 'RESPONSE-PORT', value: 50_000 }]));
    expect(reply).toMatchObject({
      to: { ...CLIENT, port: 50_000 },
      from: { address: A, port: PORT },
      redirected: true,
    });
    expect(attribute(reply.message, 'XOR-MAPPED-ADDRESS')).toEqual(CLIENT);
  });

  it('makes the reply that of a behaviour test, which tells where the request came from in both forms', () => {
    const { message, bytes } = replyTo(TWO, request([{ type: 'RESPONSE-PORT', value: 50_000 }]));
    expect(attribute(message, 'MAPPED-ADDRESS')).toEqual(CLIENT);
    expect(bytes).toHaveLength(68);
  });

  it('is no redirection when it names the port of the source', () => {
    const { redirected, message } = replyTo(ONE, request([{ type: 'RESPONSE-PORT', value: CLIENT.port }]));
    expect([redirected, attribute(message, 'MAPPED-ADDRESS')]).toEqual([false, undefined]);
  });

  it('goes together with a change of address', () => {
    const both = request([changeRequest({ ip: true, port: false }), { type: 'RESPONSE-PORT', value: 50_000 }]);
    expect(replyTo(TWO, both)).toMatchObject({ from: { address: B, port: PORT }, to: { ...CLIENT, port: 50_000 } });
  });

  it('is read in two bytes, as stuntman sends it, as well as in four', () => {
    const twoBytes = Uint8Array.of(0xc3, 0x50);
    const short = request([{ type: 'opaque', code: 0x0027, value: twoBytes }]);
    expect(replyTo(ONE, short).to.port).toBe(0xc350);
  });
});

describe('PADDING', () => {
  const padded = (length: number) => request([{ type: 'PADDING', value: new Uint8Array(length) }]);

  it.each([
    [1472, 1496],
    [100, 124],
    [56, 80],
    [52, 76],
    [40, 64],
  ])('of %i bytes makes a reply of the %i bytes that the request has', (length, bytes) => {
    expect(padded(length)).toHaveLength(bytes);
    expect(replyTo(TWO, padded(length)).bytes).toHaveLength(bytes);
  });

  it('that leaves no room for its own header is not answered with any', () => {
    const { bytes, message } = replyTo(TWO, padded(36));
    expect(bytes).toHaveLength(56);
    expect(attribute(message, 'PADDING')).toBeUndefined();
  });

  it('of an odd length makes a reply that is no longer for it', () => {
    for (let length = 0; length < 200; length++) {
      const datagram = padded(length);
      const { bytes } = replyTo(TWO, datagram);
      expect(bytes.length).toBeLessThanOrEqual(Math.max(56, datagram.length));
    }
  });
});

describe('a classic request to a server with one address', () => {
  it('is told of no changed address', () => {
    expect(replyTo(ONE, classicRequest()).attributes).toEqual([
      { type: 'MAPPED-ADDRESS', value: CLIENT },
      { type: 'SOURCE-ADDRESS', value: { address: A, port: PORT } },
    ]);
  });

  it('may carry a CHANGE-REQUEST that asks for nothing, as every classic client sends it', () => {
    expect(replyTo(ONE, classicRequest([changeRequest({ ip: false, port: false })])).message.class).toBe('success');
  });

  it('that asks for a change is refused', () => {
    const { message } = replyTo(ONE, classicRequest([changeRequest({ ip: false, port: true })]));
    expect(message.class).toBe('error');
    expect(attribute(message, 'UNKNOWN-ATTRIBUTES')).toEqual([0x0003, 0x0003]);
  });

  it('does not know RESPONSE-PORT', () => {
    const { message } = replyTo(TWO, classicRequest([{ type: 'RESPONSE-PORT', value: 50_000 }]));
    expect(attribute(message, 'UNKNOWN-ATTRIBUTES')).toEqual([0x0027, 0x0027]);
  });
});

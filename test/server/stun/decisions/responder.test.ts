/** What a Binding request is answered with, to the byte (RFC 8489 §6.3, RFC 5780 §6.1). */
import { describe, expect, it } from 'vitest';
import { respond } from '../../../../server/stun/decisions/responder.ts';
import { hasValidFingerprint } from '../../../../src/stun/fingerprint.ts';
import { hex } from '../../../../src/stun/hex.ts';
import {
  A,
  ALT_PORT,
  B,
  CLIENT,
  CLIENT_V6,
  dropped,
  ONE,
  PORT,
  replyTo,
  request,
  TRANSACTION_ID,
  TWO,
  TWO_V6,
} from '../requests.ts';

describe('a plain Binding request', () => {
  it('gets 56 bytes over IPv4: its endpoint once, and the two that detection needs', () => {
    const { bytes } = replyTo(TWO, request());
    expect(hex(bytes)).toBe(
      `01010024 2112a442 ${hex(TRANSACTION_ID)}
       00200008 0001bd52 e112a645
       802b0008 00010d96 cb00710a
       802c0008 00010d97 cb00710b`.replaceAll(/\s/g, ''),
    );
    expect(bytes).toHaveLength(56);
  });

  it('gets 92 bytes over IPv6', () => {
    const { bytes, attributes } = replyTo(TWO_V6, request(), { remote: CLIENT_V6 });
    expect(bytes).toHaveLength(92);
    expect(attributes).toEqual([
      { type: 'XOR-MAPPED-ADDRESS', value: CLIENT_V6 },
      { type: 'RESPONSE-ORIGIN', value: { address: '2001:db8::a', port: PORT } },
      { type: 'OTHER-ADDRESS', value: { address: '2001:db8::b', port: ALT_PORT } },
    ]);
  });

  it('is told of no other address by a server that has one', () => {
    expect(replyTo(ONE, request()).attributes).toEqual([
      { type: 'XOR-MAPPED-ADDRESS', value: CLIENT },
      { type: 'RESPONSE-ORIGIN', value: { address: A, port: PORT } },
    ]);
  });

  it('goes back to where it came from, by the same socket', () => {
    const local = { address: B, port: ALT_PORT };
    expect(replyTo(TWO, request(), { local })).toMatchObject({ from: local, to: CLIENT, redirected: false });
  });

  it('is told the software when that is set and the request is as long as the reply that has it', () => {
    const layout = { ...TWO, software: 'natcheck' };
    const ofLength = (bytes: number) => request([{ type: 'SOFTWARE', value: 'x'.repeat(bytes - 24) }]);
    expect(replyTo(layout, request()).bytes).toHaveLength(56);
    expect(replyTo(layout, ofLength(64)).bytes).toHaveLength(56);
    const named = replyTo(layout, ofLength(68));
    expect(named.attributes.at(-1)).toEqual({ type: 'SOFTWARE', value: 'natcheck' });
    expect(named.bytes).toHaveLength(56 + 4 + 8);
    expect(replyTo(TWO, ofLength(68)).bytes).toHaveLength(56);
  });

  it('keeps the zone of a link-local client on the way back and off the wire', () => {
    const remote = { address: 'fe80::7%eth0', port: 5 };
    const { to, attributes } = replyTo(TWO_V6, request(), { remote });
    expect(to).toEqual(remote);
    expect(attributes[0]).toEqual({ type: 'XOR-MAPPED-ADDRESS', value: { address: 'fe80::7', port: 5 } });
  });

  it('at a socket that the server does not have is a mistake of the caller', () => {
    const local = { address: '198.51.100.1', port: PORT };
    expect(() => respond(0, TWO, { datagram: request(), local, remote: CLIENT })).toThrow(RangeError);
  });
});

describe('FINGERPRINT', () => {
  it('gets one back', () => {
    const { bytes } = replyTo(TWO, request([], { fingerprint: true }));
    expect(bytes).toHaveLength(56 + 8);
    expect(hasValidFingerprint(bytes)).toBe(true);
  });

  it('gets one back on an error too', () => {
    const { bytes, message } = replyTo(TWO, request([{ type: 'PRIORITY', value: 1 }], { fingerprint: true }));
    expect(message.class).toBe('error');
    expect(hasValidFingerprint(bytes)).toBe(true);
  });

  it('that does not fit makes the datagram not ours', () => {
    const forged = request([], { fingerprint: true });
    forged[8] = 0xff;
    expect(dropped(TWO, forged)).toBe('bad-fingerprint');
  });
});

describe('credentials', () => {
  const username = { type: 'USERNAME', value: 'alice' } as const;
  const integrity = { type: 'MESSAGE-INTEGRITY', value: new Uint8Array(20) } as const;

  it('are ignored, as a basic server has none (RFC 8489 §12)', () => {
    const { message } = replyTo(TWO, request([username, integrity]));
    expect(message.class).toBe('success');
    expect(message.attributes.map(({ type }) => type)).not.toContain('MESSAGE-INTEGRITY');
  });

  it('close the message: a change asked for behind them does not count (RFC 8489 §14.5)', () => {
    const behind = request([integrity, { type: 'CHANGE-REQUEST', value: { ip: true, port: true } }]);
    expect(replyTo(TWO, behind)).toMatchObject({ from: { address: A, port: PORT }, redirected: false });
  });
});

/** A Binding with a ticket: who is told what, and when it binds. */
import { describe, expect, it } from 'vitest';
import { respond } from '../../../../server/stun/decisions/responder.ts';
import { createTicketDesk } from '../../../../server/stun/decisions/ticket-desk.ts';
import type { Endpoint } from '../../../../src/endpoint.ts';
import type { Attribute } from '../../../../src/stun/attribute.ts';
import { decode } from '../../../../src/stun/decode.ts';
import { encode } from '../../../../src/stun/encode.ts';
import { METHOD } from '../../../../src/stun/header.ts';
import { checkIntegrity, shortTermKey } from '../../../../src/stun/integrity.ts';
import { attribute } from '../../../../src/stun/message.ts';
import { CLIENT, CLIENT_V6, changeRequest, replyTo, request, TRANSACTION_ID, TWO, TWO_V6 } from '../requests.ts';

const TICKETS: Readonly<Record<string, string>> = { alice: 'password of alice', bob: 'password of bob' };
const USERNAME = { type: 'USERNAME', value: 'alice' } as const;

let now = 0;
const desk = createTicketDesk({
  secret: new Uint8Array(32).fill(1),
  unixMs: (at) => at,
  passwordOf: (_now, { username }) => TICKETS[username] ?? null,
});

function ticketed(attributes: readonly Attribute[], password = TICKETS.alice ?? ''): Uint8Array {
  const message = { class: 'request', method: METHOD.binding, transactionId: TRANSACTION_ID, attributes } as const;
  return encode(message, { integrity: { algorithm: 'sha256', key: shortTermKey(password) } });
}

function answer(
  datagram: Uint8Array,
  { remote = CLIENT, layout = TWO }: { remote?: Endpoint; layout?: typeof TWO } = {},
) {
  const local = { address: layout.addresses[0], port: layout.port };
  const given = respond(now, layout, { datagram, local, remote, desk });
  if (given.kind === 'drop') throw new Error(given.why);
  const decoded = decode(given.bytes);
  if (!decoded.ok) throw new Error(decoded.error.code);
  const error = attribute(decoded.message, 'ERROR-CODE')?.code;
  return { ...given, message: decoded.message, error };
}

/** What a 438 to that endpoint gives. */
const nonceAt = (remote: Endpoint, username = 'alice'): Attribute => ({
  type: 'NONCE',
  value: desk.nonceFor(now, { username, remote }),
});

describe('a Binding with a ticket', () => {
  it('is sent a nonce first, and binds nothing', () => {
    const { error, message, bound } = answer(ticketed([USERNAME]));
    expect([error, attribute(message, 'NONCE'), bound]).toEqual([438, nonceAt(CLIENT).value, undefined]);
  });

  it('binds with that nonce, and the reply has its integrity', () => {
    const { message, bytes, bound } = answer(ticketed([USERNAME, nonceAt(CLIENT)]));
    expect(bound).toEqual({ ticket: 'alice', endpoint: CLIENT });
    expect(message.attributes.map(({ type }) => type)).toEqual(['XOR-MAPPED-ADDRESS', 'MESSAGE-INTEGRITY-SHA256']);
    expect(attribute(message, 'XOR-MAPPED-ADDRESS')).toEqual(CLIENT);
    const key = shortTermKey(TICKETS.alice ?? '');
    expect(checkIntegrity(bytes, { algorithm: 'sha256', key })).toBe('valid');
  });

  it('binds over IPv6 too', () => {
    const datagram = ticketed([USERNAME, nonceAt(CLIENT_V6)]);
    expect(answer(datagram, { remote: CLIENT_V6, layout: TWO_V6 }).bound?.endpoint).toEqual(CLIENT_V6);
  });

  it.each([
    ['unknown', [{ type: 'USERNAME', value: 'carol' }], TICKETS.alice],
    [
      'of another peer, under its own password',
      [{ type: 'USERNAME', value: 'bob' }, nonceAt(CLIENT, 'bob')],
      TICKETS.alice,
    ],
    ['with a wrong password', [USERNAME, nonceAt(CLIENT)], 'guessed'],
    ['with an empty name', [{ type: 'USERNAME', value: '' }], TICKETS.alice],
  ] satisfies [string, Attribute[], string | undefined][])(
    'that is %s gets 401 and binds nothing',
    (_, attributes, password) => {
      const { error, bound, message } = answer(ticketed(attributes, password));
      expect([error, bound, attribute(message, 'NONCE')]).toEqual([401, undefined, undefined]);
    },
  );

  it('that was changed on the way gets 401', () => {
    const datagram = ticketed([USERNAME, nonceAt(CLIENT)]);
    datagram[9] = (datagram[9] ?? 0) ^ 1;
    expect(answer(datagram)).toMatchObject({ error: 401 });
  });

  it.each([
    ['another port', { ...CLIENT, port: CLIENT.port + 1 }],
    ['another address', { ...CLIENT, address: '192.0.2.8' }],
  ])('with a nonce that was sent to %s is sent its own: nobody can bind a victim', (_, other) => {
    const replayed = ticketed([USERNAME, nonceAt(CLIENT)]);
    expect(answer(replayed, { remote: other })).toMatchObject({ error: 438, to: other });
    expect(answer(replayed, { remote: other }).bound).toBeUndefined();
  });

  it('with a nonce of another ticket is sent its own', () => {
    expect(answer(ticketed([USERNAME, nonceAt(CLIENT, 'bob')]))).toMatchObject({ error: 438 });
  });

  it('with a nonce of more than a minute ago is sent a new one', () => {
    const datagram = ticketed([USERNAME, nonceAt(CLIENT)]);
    now += 59_999;
    expect(answer(datagram).bound).toBeDefined();
    now += 1;
    expect(answer(datagram)).toMatchObject({ error: 438 });
  });

  it.each<[string, Attribute]>([
    ['CHANGE-REQUEST', changeRequest({ ip: true, port: true })],
    ['RESPONSE-PORT', { type: 'RESPONSE-PORT', value: 9 }],
  ])('and %s is a bad request: the reply has to return the way it came', (_, more) => {
    const { error, redirected, bound } = answer(ticketed([USERNAME, nonceAt(CLIENT), more]));
    expect([error, redirected, bound]).toEqual([400, false, undefined]);
  });
});

describe('what is no ticket', () => {
  it.each<[string, Uint8Array]>([
    ['nothing', request()],
    ['a name alone', request([USERNAME])],
    ['SHA-1', request([USERNAME, { type: 'MESSAGE-INTEGRITY', value: new Uint8Array(20) }])],
    ['integrity alone', request([{ type: 'MESSAGE-INTEGRITY-SHA256', value: new Uint8Array(32) }])],
  ])('%s: is answered as without a desk, to the byte', (_, datagram) => {
    const { bytes, bound } = answer(datagram);
    expect(Buffer.from(bytes)).toEqual(Buffer.from(replyTo(TWO, datagram).bytes));
    expect(bound).toBeUndefined();
  });

  it('a ticket where none are taken is ignored', () => {
    expect(replyTo(TWO, ticketed([USERNAME])).message.class).toBe('success');
  });
});

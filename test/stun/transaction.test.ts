/** One client transaction: when its request is sent, and which response counts. */
import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../src/endpoint.ts';
import type { Attribute } from '../../src/stun/attribute.ts';
import { createBinding, reflexiveEndpoint } from '../../src/stun/binding.ts';
import { decode } from '../../src/stun/decode.ts';
import { encode } from '../../src/stun/encode.ts';
import { METHOD } from '../../src/stun/header.ts';
import { checkIntegrity, shortTermKey } from '../../src/stun/integrity.ts';
import type { StunMessage } from '../../src/stun/message.ts';
import { createTransaction, RFC8489_SCHEDULE, type Transaction } from '../../src/stun/transaction.ts';

const SERVER: Endpoint = { address: '203.0.113.10', port: 3478 };
const MAPPED: Endpoint = { address: '203.0.113.101', port: 40_000 };
const REQUEST: StunMessage = {
  class: 'request',
  method: METHOD.binding,
  transactionId: new Uint8Array(12).fill(7),
  attributes: [],
};
const SUCCESS: StunMessage = {
  ...REQUEST,
  class: 'success',
  attributes: [{ type: 'XOR-MAPPED-ADDRESS', value: MAPPED }],
};
const INTEGRITY = { algorithm: 'sha256', key: shortTermKey('wonderland') } as const;
const WRONG = { algorithm: 'sha256', key: shortTermKey('guessed') } as const;

const errorOf = (code: number, attributes: readonly Attribute[] = []): StunMessage => ({
  ...REQUEST,
  class: 'error',
  attributes: [{ type: 'ERROR-CODE', value: { code, reason: 'why' } }, ...attributes],
});

/** Every moment at which it sends, and the one at which it gives up; null when it waits for ever. */
function timesOf(transaction: Transaction): { readonly sends: readonly number[]; readonly givenUpAt: number | null } {
  const sends: number[] = [];
  for (let now = 0; ; ) {
    const step = transaction.next(now);
    if (step.kind === 'given-up') return { sends, givenUpAt: now };
    if (step.kind === 'send') sends.push(now);
    else if (step.until === Number.POSITIVE_INFINITY) return { sends, givenUpAt: null };
    else now = step.until;
  }
}

describe('a request', () => {
  it('is sent at the times of RFC 8489 §6.2.1, and given up at 39.5 s', () => {
    expect(timesOf(createTransaction({ request: REQUEST, to: SERVER }))).toEqual({
      sends: [0, 500, 1500, 3500, 7500, 15_500, 31_500],
      givenUpAt: 39_500,
    });
  });

  it('is sent at the times of another schedule', () => {
    const schedule = { rtoMs: 100, factor: 1.5, sends: 3, lastWaitMs: 1_000 };
    expect(timesOf(createTransaction({ request: REQUEST, to: SERVER, schedule }))).toEqual({
      sends: [0, 100, 250],
      givenUpAt: 1250,
    });
  });

  it('is never given up where the last send is waited for without end', () => {
    const schedule = { ...RFC8489_SCHEDULE, sends: 2, lastWaitMs: Number.POSITIVE_INFINITY };
    expect(timesOf(createTransaction({ request: REQUEST, to: SERVER, schedule }))).toEqual({
      sends: [0, 500],
      givenUpAt: null,
    });
  });

  it('that is asked for late is sent once, and waited for from then on', () => {
    const transaction = createTransaction({ request: REQUEST, to: SERVER });
    transaction.next(0);
    expect(transaction.next(9_000).kind).toBe('send');
    expect(transaction.next(9_000)).toEqual({ kind: 'wait', until: 10_000 });
  });

  it('is the same bytes each time, and signed with the key', () => {
    const transaction = createTransaction({ request: REQUEST, to: SERVER, integrity: INTEGRITY });
    const first = transaction.next(0);
    const second = transaction.next(500);
    if (first.kind !== 'send') throw new Error(first.kind);
    expect(second).toEqual(first);
    expect(checkIntegrity(first.bytes, INTEGRITY)).toBe('valid');
  });
});

describe('a response', () => {
  const receive = (
    bytes: Uint8Array,
    { from = SERVER, integrity }: { from?: Endpoint; integrity?: typeof INTEGRITY },
  ) => {
    const transaction = createTransaction({ request: REQUEST, to: SERVER, integrity });
    transaction.next(0);
    transaction.next(500);
    return transaction.receive(530, { from, bytes });
  };

  it('counts, with the time since the last send', () => {
    expect(receive(encode(SUCCESS), {})).toMatchObject({ kind: 'success', message: SUCCESS, rttMs: 30 });
  });

  it('counts as an error with its code and reason', () => {
    const response = receive(encode(errorOf(420)), {});
    expect(response).toMatchObject({ kind: 'error', code: 420, reason: 'why', isUnsigned: false, rttMs: 30 });
  });

  it('counts as error 500 when it is an error without a code', () => {
    expect(receive(encode({ ...REQUEST, class: 'error' }), {})).toMatchObject({ kind: 'error', code: 500, reason: '' });
  });

  it.each<readonly [string, Uint8Array, Endpoint]>([
    ['from another port', encode(SUCCESS), { ...SERVER, port: 3479 }],
    ['from another address', encode(SUCCESS), { ...SERVER, address: '203.0.113.11' }],
    ['of another transaction', encode({ ...SUCCESS, transactionId: new Uint8Array(12).fill(8) }), SERVER],
    ['of another method', encode({ ...SUCCESS, method: METHOD.allocate }), SERVER],
    ['that is the request itself', encode(REQUEST), SERVER],
    ['that is an indication', encode({ ...SUCCESS, class: 'indication' }), SERVER],
    ['that is no STUN', Uint8Array.of(1, 2, 3), SERVER],
  ])('%s does not count', (_title, bytes, from) => {
    expect(receive(bytes, { from })).toBeNull();
  });
});

describe('a response to a signed request', () => {
  const receive = (message: StunMessage, integrity?: typeof INTEGRITY | typeof WRONG) => {
    const transaction = createTransaction({ request: REQUEST, to: SERVER, integrity: INTEGRITY });
    transaction.next(0);
    return transaction.receive(5, { from: SERVER, bytes: encode(message, integrity && { integrity }) });
  };

  it.each([
    ['a success under the key', SUCCESS, INTEGRITY, { kind: 'success' }],
    ['a success under another key', SUCCESS, WRONG, null],
    ['a success without integrity', SUCCESS, undefined, null],
    ['an error under the key', errorOf(400), INTEGRITY, { kind: 'error', code: 400, isUnsigned: false }],
    ['an error under another key', errorOf(400), WRONG, null],
    ['an error without integrity', errorOf(400), undefined, { kind: 'error', code: 400, isUnsigned: true }],
    ['a 401 under another key', errorOf(401), WRONG, { kind: 'error', code: 401, isUnsigned: true }],
    ['a 438 without integrity', errorOf(438), undefined, { kind: 'error', code: 438, isUnsigned: true }],
  ])('%s', (_title, message, integrity, expected) => {
    const response = receive(message, integrity);
    if (expected === null) expect(response).toBeNull();
    else expect(response).toMatchObject(expected);
  });
});

describe('a Binding', () => {
  const start = () => {
    const binding = createBinding({ server: SERVER, randomBytes: (length) => new Uint8Array(length).fill(7) });
    const step = binding.next(0);
    return { binding, step };
  };
  const receive = (message: StunMessage) =>
    reflexiveEndpoint(start().binding.receive(5, { from: SERVER, bytes: encode(message) }));

  it('is a request of 20 bytes', () => {
    const { step } = start();
    if (step.kind !== 'send') throw new Error(step.kind);
    expect(decode(step.bytes)).toEqual({ ok: true, message: REQUEST });
    expect(step.bytes).toHaveLength(20);
  });

  it('tells the reflexive endpoint', () => {
    expect(receive(SUCCESS)).toEqual(MAPPED);
  });

  it.each([
    ['an error', errorOf(500, SUCCESS.attributes)],
    ['a success without XOR-MAPPED-ADDRESS', { ...SUCCESS, attributes: [] }],
  ])('tells nothing by %s', (_title, message) => {
    expect(receive(message)).toBeNull();
  });
});

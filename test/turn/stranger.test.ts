/** Strangers, and servers that say anything: counted, never believed, and no bytes end the client. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encode } from '../../src/stun/encode.ts';
import { METHOD } from '../../src/stun/header.ts';
import { failureOf } from '../../src/turn/transactions.ts';
import {
  allocated,
  type Bench,
  challenge,
  createBench,
  dataIndication,
  only,
  PEER,
  permittedBench,
  success,
} from './bench.ts';

const STRANGER = { address: '203.0.113.66', port: 666 };
const transactionId = new Uint8Array(12).fill(7);

describe('what is not believed is counted by its cause', () => {
  it.each([
    ['neither STUN nor ChannelData', 'malformed', Uint8Array.of(0xff, 1, 2)],
    ['nothing', 'malformed', new Uint8Array(0)],
    ['ChannelData that is cut', 'malformed', Uint8Array.of(0x40, 0, 0, 5, 1)],
    ['a message without the cookie', 'malformed', new Uint8Array(20)],
    ['a request', 'unexpected', encode({ class: 'request', method: METHOD.data, transactionId, attributes: [] })],
    [
      'an indication of another method',
      'unexpected',
      encode({ class: 'indication', method: METHOD.binding, transactionId, attributes: [] }),
    ],
    [
      'a Data indication without data',
      'missing-attribute',
      encode({
        class: 'indication',
        method: METHOD.data,
        transactionId,
        attributes: [{ type: 'XOR-PEER-ADDRESS', value: PEER }],
      }),
    ],
    [
      'what must be understood and is not',
      'unknown-attribute',
      encode({
        class: 'indication',
        method: METHOD.data,
        transactionId,
        attributes: [{ type: 'opaque', code: 0x7fff, value: new Uint8Array(4) }],
      }),
    ],
    ['data of an address without a permission', 'no-permission', dataIndication('x', STRANGER)],
    ['a channel that was never bound', 'unknown-channel', Uint8Array.of(0x40, 0, 0, 1, 65)],
    [
      'an answer to nothing',
      'unknown-transaction',
      encode({ class: 'success', method: METHOD.allocate, transactionId, attributes: [] }),
    ],
  ] as const)('%s', (_title, cause, bytes) => {
    const bench = permittedBench();
    expect(bench.receive(5, bytes)).toEqual([]);
    expect(bench.client.rejected()).toEqual({ [cause]: 1 });
    expect(bench.data).toEqual([]);
  });

  it('a right answer from elsewhere', () => {
    const bench = createBench();
    const signed = only(bench.receive(0, challenge(only(bench.drain(0)))));
    bench.receive(5, allocated(signed), STRANGER);
    expect(bench.client.rejected()).toEqual({ 'wrong-source': 1 });
    bench.receive(6, allocated(signed));
    expect(bench.events).toMatchObject([{ kind: 'allocated' }]);
  });
});

describe('whatever bytes come', () => {
  const stages: readonly (readonly [string, () => Bench])[] = [
    ['before the challenge', () => createBench()],
    ['with an allocation', () => permittedBench()],
    [
      'with a channel',
      () => {
        const bench = permittedBench();
        bench.receive(1, success(only(bench.receive(1, dataIndication('x')))));
        return bench;
      },
    ],
  ];
  const wellFormed = [
    dataIndication('hello'),
    encode({
      class: 'error',
      method: METHOD.allocate,
      transactionId: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1),
      attributes: [
        { type: 'ERROR-CODE', value: { code: 401, reason: 'Unauthorized' } },
        { type: 'REALM', value: 'lab' },
        { type: 'NONCE', value: 'nonce' },
      ],
    }),
    Uint8Array.of(0x40, 0, 0, 4, 1, 2, 3, 4),
  ];
  /** One of the messages with a few bytes changed, and cut. */
  const mutated = fc
    .record({
      bytes: fc.constantFrom(...wellFormed),
      edits: fc.array(fc.tuple(fc.nat(80), fc.nat(255)), { maxLength: 6 }),
      end: fc.nat(100),
    })
    .map(({ bytes, edits, end }) => {
      const changed = new Uint8Array(bytes);
      for (const [at, value] of edits) if (at < changed.length) changed[at] = value;
      return end < 20 ? changed.subarray(0, end) : changed;
    });

  it.each(stages)('%s, the client goes on', (_title, create) => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.uint8Array({ maxLength: 120 }), mutated), { maxLength: 8 }), (packets) => {
        const bench = create();
        for (const [index, bytes] of packets.entries()) bench.receive(2 + index, bytes);
        const until = bench.until(20);
        if (until !== 'closed') expect(until).toBeGreaterThan(20);
      }),
      { numRuns: 500 },
    );
  });
});

it('the words of an error are cut after 127 characters, as RFC 8489 §14.8 has them', () => {
  const message = { class: 'error', method: 3, transactionId: new Uint8Array(12), attributes: [] } as const;
  const reason = 'x'.repeat(60_000);
  const failure = failureOf({ kind: 'error', code: 486, reason, isUnsigned: false, rttMs: 1, message });
  expect(failure).toEqual({ reason: 'quota-reached', code: 486, detail: 'x'.repeat(127) });
});

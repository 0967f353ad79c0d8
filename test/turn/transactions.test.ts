/** Requests: how often they are sent, whose answers count, and what a nonce that has become stale costs. */
import { describe, expect, it } from 'vitest';
import { checkIntegrity, longTermKey } from '../../src/stun/integrity.ts';
import { attribute } from '../../src/stun/message.ts';
import {
  allocated,
  allocatedBench,
  type Bench,
  CREDENTIALS,
  challenge,
  createBench,
  dataIndication,
  KEY,
  only,
  PEER,
  permittedBench,
  REALM,
  type Sent,
  success,
} from './bench.ts';

/** When each send happens, stepping by a millisecond's tenth part of a second. */
function sendTimes(bench: Bench, end: number): readonly number[] {
  const times: number[] = [];
  for (let now = 0; now <= end; now += 100) for (const _ of bench.drain(now)) times.push(now);
  return times;
}

describe('over UDP a request', () => {
  it('is sent six times, each gap twice the one before, and given up after 9.4 s', () => {
    const bench = createBench();
    expect(sendTimes(bench, 9300)).toEqual([0, 200, 600, 1400, 3000, 6200]);
    expect(bench.events).toEqual([]);
    expect(bench.until(9400)).toBe('closed');
    expect(bench.events).toEqual([
      { at: 9400, kind: 'failed', reason: 'no-answer', code: null, detail: null, alternate: null },
    ]);
  });

  it('is sent again with the same bytes', () => {
    const bench = createBench();
    expect(only(bench.drain(0)).bytes).toEqual(only(bench.drain(200)).bytes);
  });
});

describe('over a stream a request', () => {
  it('is sent once, and given up after the same time', () => {
    const bench = createBench({ isStream: true });
    expect(sendTimes(bench, 9300)).toEqual([0]);
    expect(bench.until(9400)).toBe('closed');
    expect(bench.events).toMatchObject([{ kind: 'failed', reason: 'no-answer' }]);
  });

  it('is over with an answer under a wrong password: no other will come', () => {
    const bench = createBench({ isStream: true });
    const signed = only(bench.receive(0, challenge(only(bench.drain(0)))));
    bench.receive(20, success(signed, [], longTermKey({ ...CREDENTIALS, realm: REALM, password: 'wrong' })));
    expect(bench.events).toMatchObject([{ at: 20, kind: 'failed', reason: 'wrong-integrity' }]);
  });
});

describe('an answer', () => {
  const wrongKey = longTermKey({ ...CREDENTIALS, realm: REALM, password: 'guessed' });

  it.each([
    ['under a wrong password', wrongKey],
    ['without integrity', null],
  ])('%s is as good as none: counted, and the right one still counts', (_title, key) => {
    const bench = createBench();
    const signed = only(bench.receive(0, challenge(only(bench.drain(0)))));
    bench.receive(20, success(signed, [{ type: 'LIFETIME', value: 1 }], key));
    expect(bench.client.rejected()).toEqual({ 'wrong-integrity': 1 });
    expect(bench.drain(200)).toHaveLength(1);
    bench.receive(210, allocated(signed));
    expect(bench.events).toMatchObject([{ kind: 'allocated' }]);
  });

  it('of that kind alone ends as wrong integrity, not as silence', () => {
    const bench = createBench();
    const signed = only(bench.receive(0, challenge(only(bench.drain(0)))));
    bench.receive(20, success(signed, [], wrongKey));
    sendTimes(bench, 9400);
    expect(bench.events).toMatchObject([{ kind: 'failed', reason: 'wrong-integrity' }]);
  });

  it('to what was answered already is of no transaction', () => {
    const bench = createBench();
    const first = only(bench.drain(0));
    bench.receive(0, challenge(first));
    expect(bench.receive(1, challenge(first))).toEqual([]);
    expect(bench.client.rejected()).toEqual({ 'unknown-transaction': 1 });
  });

  it('of another method is of no transaction', () => {
    const bench = createBench();
    const first = only(bench.drain(0));
    bench.receive(0, challenge({ ...first, message: { ...first.message, method: 4 } }));
    expect(bench.client.rejected()).toEqual({ 'unknown-transaction': 1 });
  });
});

describe('a stale nonce', () => {
  const kinds: readonly (readonly [string, (bench: Bench) => { readonly at: number; readonly sent: Sent }])[] = [
    ['refresh', (bench) => ({ at: 540_000, sent: find(bench.drain(540_000), 'refresh') })],
    ['createPermission', (bench) => ({ at: 5, sent: only(bench.send(5, 'x', { ...PEER, address: '203.0.113.103' })) })],
    ['channelBind', (bench) => ({ at: 5, sent: only(bench.receive(5, dataIndication('x'))) })],
    [
      'refresh',
      (bench) => {
        bench.client.close(5);
        return { at: 5, sent: only(bench.drain(5)) };
      },
    ],
  ];

  it.each(kinds)('at %s is replaced by the new one, under a new transaction id', (method, provoke) => {
    const bench = permittedBench();
    const { at, sent } = provoke(bench);
    expect(sent.method).toBe(method);
    const again = only(bench.receive(at + 1, challenge(sent, { code: 438, nonce: 'nonce-2' })));
    expect(again.method).toBe(method);
    expect(attribute(again.message, 'NONCE')).toBe('nonce-2');
    expect(again.message.transactionId).not.toEqual(sent.message.transactionId);
    expect(checkIntegrity(again.bytes, { algorithm: 'sha1', key: KEY })).toBe('valid');
    const attributesOf = ({ message }: Sent) =>
      message.attributes.filter(({ type }) => type !== 'NONCE' && type !== 'MESSAGE-INTEGRITY');
    expect(attributesOf(again)).toEqual(attributesOf(sent));
  });

  it('at the Allocate is replaced by the new one', () => {
    const bench = createBench();
    const signed = only(bench.receive(0, challenge(only(bench.drain(0)))));
    const again = only(bench.receive(10, challenge(signed, { code: 438, nonce: 'nonce-2' })));
    expect(attribute(again.message, 'NONCE')).toBe('nonce-2');
    bench.receive(20, allocated(again));
    expect(bench.events).toMatchObject([{ kind: 'allocated' }]);
  });

  it('is used by every later request', () => {
    const bench = allocatedBench();
    const asked = only(bench.send(5, 'x'));
    bench.receive(6, challenge(asked, { code: 438, nonce: 'nonce-2' }));
    const other = only(bench.send(7, 'x', { ...PEER, address: '203.0.113.103' }));
    expect(attribute(other.message, 'NONCE')).toBe('nonce-2');
  });

  it('again and again ends it', () => {
    const bench = createBench();
    let sent = only(bench.drain(0));
    let asked = 0;
    for (let next: readonly Sent[] = [sent]; next.length === 1; asked++) {
      sent = only(next);
      next = bench.receive(asked, challenge(sent, { code: asked === 0 ? 401 : 438, nonce: `nonce-${asked}` }));
    }
    expect(asked).toBe(5);
    expect(bench.events).toMatchObject([{ kind: 'failed', reason: 'stale-nonce', code: 438 }]);
  });
});

function find(all: readonly Sent[], method: string): Sent {
  return only(all.filter((one) => one.method === method));
}

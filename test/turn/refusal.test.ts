/** Every way in which a server refuses an allocation, and what the client makes of it. */
import { describe, expect, it } from 'vitest';
import { explainTurnFailure } from '../../src/turn/event.ts';
import { allocated, challenge, createBench, error, KEY, MAPPED, only, RELAYED, success } from './bench.ts';

describe('a server that refuses', () => {
  it.each([
    [400, 'refused'],
    [403, 'forbidden'],
    [437, 'allocation-mismatch'],
    [440, 'family-not-supported'],
    [441, 'wrong-credentials'],
    [442, 'unsupported-transport'],
    [486, 'quota-reached'],
    [500, 'server-error'],
    [508, 'insufficient-capacity'],
  ])('with %d is told as %s', (code, reason) => {
    const bench = createBench();
    const signed = only(bench.receive(0, challenge(only(bench.drain(0)))));
    bench.receive(20, error(signed, code, { key: KEY }));
    expect(bench.events).toEqual([{ at: 20, kind: 'failed', reason, code, detail: `reason ${code}`, alternate: null }]);
    expect(bench.until(20)).toBe('closed');
  });

  it('that knows another allocation is explained by what to do', () => {
    expect(explainTurnFailure('allocation-mismatch')).toContain('a new local socket has to be used');
  });

  it('without integrity is believed when nothing better comes within half a second', () => {
    const bench = createBench();
    const signed = only(bench.receive(0, challenge(only(bench.drain(0)))));
    expect(bench.receive(20, error(signed, 486))).toEqual([]);
    expect(bench.client.rejected()).toEqual({ 'wrong-integrity': 1 });
    expect(bench.until(519)).not.toBe('closed');
    expect(bench.until(520)).toBe('closed');
    expect(bench.events).toMatchObject([{ kind: 'failed', reason: 'quota-reached', code: 486 }]);
  });

  it('without integrity is not believed when an authentic answer follows', () => {
    const bench = createBench();
    const signed = only(bench.receive(0, challenge(only(bench.drain(0)))));
    bench.receive(20, error(signed, 486));
    bench.receive(30, allocated(signed));
    expect(bench.events).toMatchObject([{ kind: 'allocated' }]);
  });

  it('by sending to another server names it, and the domain of its certificate', () => {
    const bench = createBench();
    const endpoint = { address: '203.0.113.11', port: 3479 };
    bench.receive(
      20,
      error(only(bench.drain(0)), 300, {
        attributes: [
          { type: 'ALTERNATE-SERVER', value: endpoint },
          { type: 'ALTERNATE-DOMAIN', value: 'turn.example.org' },
        ],
      }),
    );
    expect(bench.events).toMatchObject([
      { kind: 'failed', reason: 'try-alternate', code: 300, alternate: { endpoint, domain: 'turn.example.org' } },
    ]);
  });

  it('the credentials by a second 401 is not asked a third time', () => {
    const bench = createBench();
    const signed = only(bench.receive(0, challenge(only(bench.drain(0)))));
    expect(bench.receive(20, challenge(signed))).toEqual([]);
    expect(bench.events).toMatchObject([{ kind: 'failed', reason: 'unauthorized', code: 401 }]);
  });

  it('with a 401 that has no nonce is not asked again', () => {
    const bench = createBench();
    expect(bench.receive(20, error(only(bench.drain(0)), 401))).toEqual([]);
    expect(bench.events).toMatchObject([{ kind: 'failed', reason: 'unauthorized' }]);
  });

  it.each([
    ['no relayed address', [{ type: 'XOR-MAPPED-ADDRESS', value: MAPPED }]],
    ['no mapped address', [{ type: 'XOR-RELAYED-ADDRESS', value: RELAYED }]],
    [
      'a relayed address that nobody can send to',
      [
        { type: 'XOR-MAPPED-ADDRESS', value: MAPPED },
        { type: 'XOR-RELAYED-ADDRESS', value: { address: '0.0.0.0', port: 5 } },
      ],
    ],
  ] as const)('nothing, and gives %s, gives no allocation', (_title, attributes) => {
    const bench = createBench();
    const signed = only(bench.receive(0, challenge(only(bench.drain(0)))));
    bench.receive(20, success(signed, attributes));
    expect(bench.events).toMatchObject([{ kind: 'failed', reason: 'bad-answer' }]);
  });

  it('even to be reached fails at once', () => {
    const bench = createBench();
    const { bytes } = only(bench.drain(0));
    expect(bytes.length).toBe(28);
    bench.client.handleSendFailure(1, { socket: 'turn', to: RELAYED, code: 'ENETUNREACH' });
    expect(bench.until(1)).toBe('closed');
    expect(bench.events).toMatchObject([{ kind: 'failed', reason: 'unreachable', detail: 'ENETUNREACH' }]);
  });
});

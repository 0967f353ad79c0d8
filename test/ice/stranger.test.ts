/** Strangers, wrong keys, replays and floods: counted, never believed, and no state grows without bound. */
import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../src/endpoint.ts';
import { encode } from '../../src/stun/encode.ts';
import { METHOD } from '../../src/stun/header.ts';
import { createBench, freshId, OWN, only, peerCheck, peerError, peerSuccess, REMOTE, remoteHost } from './wire.ts';

const STRANGER = { address: '203.0.113.66', port: 666 };

describe('a check', () => {
  it.each([
    ['without a username', { username: null }, 400, 'missing-attribute'],
    ['without integrity', { pwd: null }, 400, 'missing-attribute'],
    ['without a priority', { priority: null }, 400, 'missing-attribute'],
    ['for another agent', { username: 'someone:peerfrag' }, 401, 'wrong-username'],
    ['under a wrong password', { pwd: 'guessed+password+of+22+chars' }, 401, 'wrong-integrity'],
    [
      'with what nobody understands',
      { extra: [{ type: 'opaque', code: 0x7fff, value: new Uint8Array(4) }] },
      420,
      'unknown-attribute',
    ],
  ] as const)('%s is refused and counted', (_title, options, code, cause) => {
    const bench = createBench();
    bench.drain(0);
    expect(only(bench.receive(1, peerCheck(options), STRANGER)).error).toBe(code);
    expect(bench.agent.rejected()).toEqual({ [cause]: 1 });
    expect(bench.events.map(({ kind }) => kind)).toEqual(['check-sent']);
  });

  it('that is replayed from elsewhere is ignored; sent again by the peer itself it is answered again', () => {
    const bench = createBench();
    bench.drain(0);
    const check = peerCheck();
    const answers = (now: number) => bench.receive(now, check).filter(({ message }) => message.class === 'success');
    expect(answers(1)).toHaveLength(1);
    expect(bench.receive(2, check, STRANGER)).toEqual([]);
    expect(answers(3)).toHaveLength(1);
    expect(bench.agent.rejected()).toEqual({ replayed: 1 });
    expect(bench.events.filter(({ kind }) => kind === 'remote-candidate')).toEqual([]);
  });
});

describe('a response', () => {
  it.each([
    [
      'under a wrong password',
      'wrong-integrity',
      (check, bench) => bench.receive(1, peerSuccess(check, REMOTE, OWN.pwd)),
    ],
    ['from elsewhere', 'wrong-source', (check, bench) => bench.receive(1, peerSuccess(check), STRANGER)],
    [
      'that is an error without integrity',
      'wrong-integrity',
      (check, bench) => bench.receive(1, peerError(check, 400, null)),
    ],
  ] as const satisfies readonly (readonly [
    string,
    string,
    (check: ReturnType<typeof only>, bench: ReturnType<typeof createBench>) => void,
  ])[])('%s is counted, and the right one still counts', (_title, cause, attack) => {
    const bench = createBench();
    const check = only(bench.drain(0));
    attack(check, bench);
    expect(bench.agent.rejected()).toEqual({ [cause]: 1 });
    expect(bench.events.map(({ kind }) => kind)).toEqual(['check-sent']);
    bench.receive(2, peerSuccess(check));
    expect(bench.events.at(-1)?.kind).toBe('pair-valid');
  });

  it('counts once: a second time it would tell a false round trip', () => {
    const bench = createBench();
    const success = peerSuccess(only(bench.drain(0)));
    bench.receive(1, success);
    bench.receive(2, success);
    expect(bench.agent.rejected()).toEqual({ 'unknown-transaction': 1 });
  });

  it('to nothing that was asked may be for another user of the socket', () => {
    const bench = createBench();
    const check = only(bench.drain(0));
    const other = { ...check, message: { ...check.message, transactionId: freshId() } };
    const arrival = { socket: 'main', from: REMOTE, bytes: peerSuccess(other) };
    expect(bench.agent.handleDatagram(1, arrival)).toBe('other');
    expect(bench.agent.rejected()).toEqual({ 'unknown-transaction': 1 });
  });
});

describe('what is not STUN', () => {
  const kindOf = (bench: ReturnType<typeof createBench>, bytes: Uint8Array, from = REMOTE): string =>
    bench.agent.handleDatagram(1, { socket: 'main', from, bytes });

  it("is the peer's where the peer has proved to be, and else anybody's", () => {
    const bench = createBench();
    const data = new TextEncoder().encode('hello');
    bench.drain(0);
    expect(kindOf(bench, data)).toBe('other');
    bench.receive(1, peerCheck());
    expect(kindOf(bench, data)).toBe('peer');
    expect(kindOf(bench, data, STRANGER)).toBe('other');
  });

  it('is told from STUN by the fingerprint', () => {
    const bench = createBench();
    bench.drain(0);
    const check = peerCheck();
    check[check.length - 1] = (check.at(-1) ?? 0) ^ 1;
    expect(kindOf(bench, check)).toBe('other');
    expect(bench.agent.rejected()).toEqual({});
  });

  it('may be STUN of another method, or the keepalive of an old agent', () => {
    const bench = createBench();
    const message = { class: 'indication', transactionId: freshId(), attributes: [] } as const;
    const fingerprint = true;
    expect(kindOf(bench, encode({ ...message, method: METHOD.data }, { fingerprint }))).toBe('other');
    expect(kindOf(bench, encode({ ...message, method: METHOD.binding }, { fingerprint }))).toBe('ice');
    expect(kindOf(bench, encode({ ...message, method: METHOD.binding }))).toBe('other');
  });

  it('is no wonder when a Buffer of a shared pool brings the check', () => {
    const bench = createBench();
    bench.drain(0);
    const check = peerCheck();
    const pool = Buffer.alloc(256, 0xee);
    pool.set(check, 100);
    const [answer] = bench.receive(1, pool.subarray(100, 100 + check.length));
    expect(answer?.message.class).toBe('success');
    expect(pool.subarray(0, 100).every((byte) => byte === 0xee)).toBe(true);
    expect(pool.subarray(100, 100 + check.length).equals(check)).toBe(true);
  });
});

describe('any bytes whatever', () => {
  it("are taken without an exception, and believed only when they are the peer's own", () => {
    const bench = createBench();
    const success = peerSuccess(only(bench.drain(0)));
    for (const whole of [peerCheck(), success]) {
      for (let at = 0; at < whole.length; at++) {
        for (const flip of [0x01, 0x80, 0xff]) {
          const bytes = whole.slice();
          bytes[at] = (bytes[at] ?? 0) ^ flip;
          bench.receive(1, bytes);
          bench.receive(1, whole.slice(0, at));
        }
      }
    }
    expect(bench.events.map(({ kind }) => kind)).toEqual(['check-sent']);
  });

  it('include a link-local source with its zone', () => {
    const bench = createBench();
    bench.drain(0);
    expect(only(bench.receive(1, peerCheck(), { address: 'fe80::1%lo', port: 1 })).message.class).toBe('success');
  });
});

describe('a flood', () => {
  it('of strangers gets ten answers a second', () => {
    const bench = createBench();
    bench.drain(0);
    let answers = 0;
    for (let i = 0; i < 10_000; i++) {
      answers += bench.receive(1, peerCheck({ pwd: null }), { ...STRANGER, port: 1 + i }).length;
    }
    expect(answers).toBe(10);
    const later = bench.receive(1001, peerCheck({ pwd: null }), STRANGER);
    expect(later.filter(({ error }) => error === 400)).toHaveLength(1);
    expect(bench.agent.rejected()).toEqual({ 'missing-attribute': 10_001 });
  });

  it('of authentic checks from ever new endpoints has one check per Ta, and the last endpoint is not kept out', () => {
    const bench = createBench();
    bench.drain(0);
    let checks = 0;
    for (let i = 0; i < 5000; i++) {
      const sent = bench.receive(i / 10, peerCheck(), { ...STRANGER, port: 1 + i });
      checks += sent.filter(({ message }) => message.class === 'request').length;
    }
    expect(bench.agent.rejected()).toEqual({});
    const last = { ...STRANGER, port: 9999 };
    bench.receive(501, peerCheck(), last);
    const later: number[] = [];
    for (let now = 502; now < 5000; now++) later.push(...bench.drain(now).map(({ to }) => to.port));
    expect(later).toContain(last.port);
    // Of all that were heard, 32 are still looked at, and the one that signalling told of.
    expect(new Set(later).size).toBeLessThanOrEqual(33);
    expect(checks).toBeLessThanOrEqual(10);
  });

  it('of authentic checks from ever new ports of one address starves no other pair', () => {
    const bench = createBench({ taMs: 5 });
    bench.drain(0);
    const other = { address: '10.0.0.4', port: 5001 };
    const sends: number[] = [];
    for (let now = 1; now < 200; now++) {
      if (now === 50) bench.agent.addRemoteCandidate({ ...remoteHost(other), foundation: '2' });
      const sent = bench.receive(now, peerCheck(), { ...STRANGER, port: now });
      if (sent.some(({ to, message }) => message.class === 'request' && to.address === other.address)) sends.push(now);
    }
    // Three triggered checks go out before another one, of which there are two at that time.
    expect(sends[0]).toBeLessThanOrEqual(50 + 2 * 4 * 5);
    expect(sends.length).toBeGreaterThanOrEqual(4);
  });

  it('of ports of one address does not drive out what was heard of another one', () => {
    const bench = createBench();
    bench.drain(0);
    const relay = { address: '203.0.113.10', port: 49_152 };
    const heard = (from: Endpoint, now: number, nominates = false) =>
      bench.receive(now, peerCheck({ nominates }), from).filter(({ message }) => message.class === 'request');
    heard(relay, 1);
    for (let port = 1; port <= 500; port++) heard({ ...STRANGER, port }, 2);
    const checked = new Set<string>();
    for (let now = 3; now < 3000; now++) for (const { to } of bench.drain(now)) checked.add(`${to.address}:${to.port}`);
    expect(checked).toContain('203.0.113.10:49152');
    // Eight of the address with the many ports are still looked at.
    expect([...checked].filter((one) => one.startsWith(STRANGER.address))).toHaveLength(8);
  });

  it('of candidates makes a checklist of a hundred pairs', () => {
    const bench = createBench({ taMs: 5 });
    for (let i = 0; i < 1000; i++) {
      const endpoint = { address: `10.0.1.${1 + (i % 8)}`, port: 1 + i };
      bench.agent.addRemoteCandidate({ type: 'host', endpoint, foundation: String(i), priority: 1 + i, related: null });
    }
    const targets = new Set<number>();
    for (let now = 0; now < 2000; now++) for (const { to } of bench.drain(now)) targets.add(to.port);
    expect(targets.size).toBe(100);
    expect(bench.agent.rejected()).toEqual({ 'too-many-candidates': 901 });
  });
});

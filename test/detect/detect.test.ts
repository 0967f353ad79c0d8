/** Detection over real sockets on loopback: what servers do wrong becomes a reason, never a wrong verdict. */
import { describe, expect, it } from 'vitest';
import { detect } from '../../src/detect/detect.ts';
import { UsageError } from '../../src/errors.ts';
import type { DetectReport } from '../../src/nat/report.ts';
import { decode } from '../../src/stun/decode.ts';
import { encode } from '../../src/stun/encode.ts';
import { attribute } from '../../src/stun/message.ts';
import { type FakeServer, type Fault, startFakeServer } from '../net/fake-server.ts';

/** Long enough for every rule to come to its end by itself, the blind schedule included. */
const TIMEOUT_MS = 8000;

const withMessage = (bytes: Uint8Array, change: (message: never) => object): Uint8Array => {
  const decoded = decode(bytes);
  if (!decoded.ok) throw new Error(decoded.error.code);
  return encode({ ...decoded.message, ...change(decoded.message as never) });
};

async function verdictUnder(fault: Fault) {
  await using server = await startFakeServer({ fault });
  return await detect({ servers: [server.name], timeoutMs: TIMEOUT_MS, httpPort: 9 });
}

/** Why something that the server sent was not believed; what else comes over loopback is left out. */
const causesFrom = ({ layout }: FakeServer, { rejected }: DetectReport) =>
  new Set(rejected.flatMap(({ from, cause }) => ([layout.port, layout.altPort].includes(from.port) ? [cause] : [])));

describe.concurrent('a server that', () => {
  it('is sound shows an open host, from nine questions, the first of which is asked again', async () => {
    await using server = await startFakeServer();
    const report = await detect({ servers: [server.name] });
    expect(report.verdict).toEqual({ type: 'open', reason: null });
    expect(report.public).toEqual(report.local);
    expect(causesFrom(server, report)).toEqual(new Set());
    expect(report.probes.filter(({ answers }) => answers > 0).map(({ test }) => test)).toEqual(
      expect.arrayContaining(['mapping.primary', 'mapping.other-address', 'filtering.change-ip-and-port']),
    );
  });

  it.each<[string, Fault, string, string]>([
    ['answers garbage', (reply) => [{ ...reply, bytes: Uint8Array.of(1, 2, 3) }], 'malformed-replies', 'malformed'],
    [
      'answers with a wrong transaction id',
      (reply) => [{ ...reply, bytes: withMessage(reply.bytes, () => ({ transactionId: new Uint8Array(12) })) }],
      'wrong-transaction-id',
      'wrong-transaction-id',
    ],
    [
      'answers from a wrong source',
      (reply, { local }) => [{ ...reply, from: { ...local, address: '127.0.0.2' } }],
      'wrong-source',
      'wrong-source',
    ],
    [
      'answers with the error class',
      (reply, { local }) => [
        {
          ...reply,
          from: local,
          bytes: withMessage(reply.bytes, () => ({
            class: 'error',
            attributes: [{ type: 'ERROR-CODE', value: { code: 500, reason: 'Server Error' } }],
          })),
        },
      ],
      'error-replies',
      'error-class',
    ],
    ['echoes the request', (reply, { bytes }) => [{ ...reply, bytes }], 'malformed-replies', 'not-a-response'],
    [
      'leaves the reflexive address out',
      (reply) => [{ ...reply, bytes: withMessage(reply.bytes, () => ({ attributes: [] })) }],
      'malformed-replies',
      'no-mapped-address',
    ],
  ])('%s is not believed, and the report says why', async (_what, fault, reason, cause) => {
    await using server = await startFakeServer({ fault });
    const report = await detect({ servers: [server.name], timeoutMs: TIMEOUT_MS, httpPort: 9 });
    expect(report.verdict).toEqual({ type: 'inconclusive', reason });
    expect(causesFrom(server, report)).toEqual(new Set([cause]));
  });

  it('never answers from its alternate address leaves the filtering undetermined', async () => {
    const report = await verdictUnder((reply) => (reply.from.address === '127.0.0.2' ? [] : [reply]));
    expect(report.verdict).toEqual({ type: 'inconclusive', reason: 'alternate-mute' });
    expect(report.filtering).toEqual({ behavior: 'undetermined', reason: 'alternate-mute' });
  });

  it('never answers from its alternate port leaves the filtering undetermined', async () => {
    const report = await verdictUnder((reply, { layout }) => (reply.from.port === layout.altPort ? [] : [reply]));
    expect(report.mapping).toEqual({ behavior: 'none', reason: null });
    expect(report.filtering).toEqual({ behavior: 'undetermined', reason: 'alternate-mute' });
  });

  it('refuses to change its address cannot pass for a filter', async () => {
    // The changed replies come as errors: a tool that takes any reply for a pass would say endpoint-independent.
    const report = await verdictUnder((reply, { local }) => {
      const isChanged = reply.from.address !== local.address || reply.from.port !== local.port;
      if (!isChanged) return [reply];
      const bytes = withMessage(reply.bytes, () => ({
        class: 'error',
        attributes: [{ type: 'ERROR-CODE', value: { code: 420, reason: 'Unknown Attribute' } }],
      }));
      return [{ ...reply, from: local, bytes }];
    });
    expect(report.filtering).toEqual({ behavior: 'undetermined', reason: 'error-replies' });
  });

  it('has one address is enough for nothing but its own view', async () => {
    await using server = await startFakeServer({ oneAddress: true });
    const report = await detect({ servers: [server.name], timeoutMs: TIMEOUT_MS });
    expect(report.mapping).toEqual({ behavior: 'undetermined', reason: 'server-has-one-address' });
    expect(report.filtering).toEqual({ behavior: 'undetermined', reason: 'server-has-one-address' });
    expect(report.public).toEqual(report.local);
  });

  it('answers after the deadline is as one that does not answer', async () => {
    await using server = await startFakeServer({ fault: () => [] });
    const report = await detect({ servers: [server.name], timeoutMs: 300 });
    expect(report.verdict).toEqual({ type: 'inconclusive', reason: 'no-answer' });
    expect(report.elapsedMs).toBeGreaterThanOrEqual(300);
  });
});

describe('several servers', () => {
  it('are raced: dead ones and unknown names cost nothing', async () => {
    await using good = await startFakeServer();
    await using dead = await startFakeServer({ fault: () => [] });
    const report = await detect({ servers: [dead.name, good.name] });
    expect(report.verdict.type).toBe('open');
    expect(report.server?.port).toBe(good.layout.port);
  });

  it('with one address each tell the mapping, and the filtering stays undetermined', async () => {
    await using a = await startFakeServer({ oneAddress: true });
    await using b = await startFakeServer();
    // The second one's alternate address alone, without its OTHER-ADDRESS: a server of one address elsewhere.
    const other = `127.0.0.2:${b.layout.port}`;
    const report = await detect({ servers: [a.name, other] });
    expect(report.mapping.behavior).toBe('none');
  });
});

describe('what is asked for on top', () => {
  /** Its alternate port is mute: the filtering is not known, and so neither is whether the host is open. */
  const startHalfMute = (seen: (bytes: Uint8Array) => void = () => {}) =>
    startFakeServer({
      fault: (reply, { bytes, layout }) => {
        seen(bytes);
        return reply.from.port === layout.altPort ? [] : [reply];
      },
    });

  it('is tested after the detection: hairpinning, and how long the way to a socket stays open', async () => {
    await using server = await startHalfMute();
    const told: number[] = [];
    const report = await detect({
      servers: [server.name],
      hairpin: true,
      lifetimeMaxS: 1,
      onLifetimeProgress: ({ aliveAfterS }) => told.push(aliveAfterS),
    });
    expect(report.verdict).toEqual({ type: 'inconclusive', reason: 'alternate-mute' });
    expect(report.hairpin).toEqual({ supported: null, reason: 'no-nat' });
    expect(report.lifetime).toEqual({ atLeastS: 1, atMostS: null, reason: null });
    expect(told).toEqual([1]);
  });

  it('has the reason of the detection when no server could be spoken to', async () => {
    const resolver = { addresses: () => Promise.reject(new Error('ENOTFOUND')), services: () => Promise.resolve([]) };
    const { hairpin, lifetime } = await detect({
      servers: ['nosuch.invalid'],
      resolver,
      hairpin: true,
      lifetimeMaxS: 60,
    });
    expect(hairpin).toEqual({ supported: null, reason: 'unknown-host' });
    expect(lifetime).toEqual({ atLeastS: null, atMostS: null, reason: 'unknown-host' });
  });

  it('ends at once when aborted', async () => {
    const abort = new AbortController();
    await using server = await startHalfMute((bytes) => {
      const decoded = decode(bytes);
      if (decoded.ok && attribute(decoded.message, 'RESPONSE-PORT')) abort.abort(new Error('enough'));
    });
    const running = detect({ servers: [server.name], lifetimeMaxS: 3600, signal: abort.signal });
    await expect(running).rejects.toThrow('enough');
  });
});

describe('misuse', () => {
  it.each([
    [{ servers: ['a:b:c'] }, "'a:b:c' is not a server: write HOST, HOST:PORT or [IPv6]:PORT"],
    [{ servers: ['127.0.0.1:70000'] }, "'127.0.0.1:70000' is not a server: write HOST, HOST:PORT or [IPv6]:PORT"],
    [{ servers: ['127.0.0.1'], local: 'eth0' }, "'eth0' is not an IP address"],
    [{ servers: ['127.0.0.1'], local: '::ffff:127.0.0.1' }, '::ffff:127.0.0.1 is an IPv4 address: write 127.0.0.1'],
    [
      { servers: ['[fe80::1%lo]:3478'] },
      'fe80::1%lo has a zone, so it is on one link only: write an address without one',
    ],
    [{ servers: ['127.0.0.1'], local: '203.0.113.77' }, '203.0.113.77 is not an address of this host'],
  ])('%o is one clear line', async (options, line) => {
    await expect(detect(options)).rejects.toThrow(new UsageError(line));
  });

  it('an aborted detection rejects with the reason of its signal', async () => {
    await using silent = await startFakeServer({ fault: () => [] });
    const abort = new AbortController();
    const running = detect({ servers: [silent.name], signal: abort.signal });
    abort.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
  });
});

/** The session's own contract, driven by hand; how it judges NATs is tested in the simulated lab. */
import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../../src/endpoint.ts';
import { createDiscovery, type Discovery, type DiscoveryOptions } from '../../../src/nat/discovery/discovery.ts';
import { DETECT_SOCKETS } from '../../../src/nat/evidence.ts';

const local = (port: number): Endpoint => ({ address: '10.1.0.2', port });
const server = (address: string) => ({ host: address, address, port: 3478 });

function discover(options: { readonly servers: readonly string[]; readonly moreServers?: boolean }): Discovery {
  let serial = 0;
  return createDiscovery({
    local: Object.fromEntries(
      DETECT_SOCKETS.map((name, index) => [name, local(1 + index)]),
    ) as DiscoveryOptions['local'],
    servers: options.servers.map(server),
    moreServers: options.moreServers ?? false,
    httpPort: 3480,
    timeoutMs: 5000,
    now: 0,
    randomBytes: (length) => new Uint8Array(length).fill(++serial),
  });
}

/** Everything it wants sent before it waits: `socket address:port`. */
function sends(session: Discovery, now: number): readonly string[] {
  const sent: string[] = [];
  for (;;) {
    const output = session.poll(now);
    if (output.kind !== 'transmit') return sent;
    sent.push(`${output.socket} ${output.to.address}:${output.to.port}`);
  }
}

describe('a discovery', () => {
  it('starts the tests of both axes at once when there is one server', () => {
    expect(sends(discover({ servers: ['203.0.113.10'] }), 0)).toEqual([
      'mapping 203.0.113.10:3478',
      'control 203.0.113.10:3478',
      'filtering 203.0.113.10:3478',
      'filtering 203.0.113.10:3478',
      'filtering 203.0.113.10:3478',
    ]);
  });

  it('asks several servers from the mapping socket only, so that the filtering socket stays fresh for the winner', () => {
    expect(sends(discover({ servers: ['203.0.113.10', '198.51.100.10'] }), 0)).toEqual([
      'mapping 203.0.113.10:3478',
      'mapping 198.51.100.10:3478',
    ]);
  });

  it('asks a server that is added later at once, and none twice', () => {
    const session = discover({ servers: ['203.0.113.10'], moreServers: true });
    expect(sends(session, 0)).toEqual(['mapping 203.0.113.10:3478']);
    session.addServer(server('198.51.100.10'));
    session.addServer(server('203.0.113.10'));
    expect(sends(session, 1)).toEqual(['mapping 198.51.100.10:3478']);
  });

  it('hears the server out, however many strangers have sent garbage before', () => {
    const session = discover({ servers: ['203.0.113.10'] });
    sends(session, 0);
    const garbage = (from: Endpoint) =>
      session.handleDatagram(1, { socket: 'mapping', from, bytes: Uint8Array.of(1, 2, 3) });
    for (let port = 1; port <= 1000; port++) garbage({ address: '203.0.113.10', port });
    garbage({ address: '203.0.113.10', port: 3478 });
    session.handleTimeout(5000);
    const output = session.poll(5000);
    if (output.kind !== 'done') throw new Error(`it is not done: ${output.kind}`);
    expect(output.result.verdict).toEqual({ type: 'inconclusive', reason: 'malformed-replies' });
    // 32 strangers, and the server first.
    expect(output.result.rejected.map(({ from }) => from.port)).toEqual([
      3478,
      ...Array.from({ length: 32 }, (_, index) => index + 1),
    ]);
  });

  it('names the server that accepts TCP where none answers over UDP', () => {
    const session = discover({ servers: ['203.0.113.10', '198.51.100.10'] });
    for (let now = 0; ; ) {
      sends(session, now);
      const output = session.poll(now);
      if (output.kind === 'connect') {
        const { to } = output;
        session.handleConnect?.(now, { to, outcome: to.address === '198.51.100.10' ? 'accepted' : 'failed' });
      } else if (output.kind === 'wait') now = output.until;
      else if (output.kind === 'done') {
        expect(output.result.verdict).toEqual({ type: 'udp-blocked', reason: null });
        expect(output.result.server).toEqual(server('198.51.100.10'));
        return;
      }
    }
  });

  it('waits for its next deadline, never for one that has passed', () => {
    const session = discover({ servers: ['203.0.113.10'] });
    for (let now = 0; now < 5000; ) {
      sends(session, now);
      const output = session.poll(now);
      if (output.kind === 'connect') continue;
      if (output.kind !== 'wait') break;
      expect(output.until).toBeGreaterThan(now);
      now = output.until;
      session.handleTimeout(now);
    }
    expect(session.poll(5000)).toMatchObject({
      kind: 'done',
      result: { verdict: { type: 'inconclusive', reason: 'no-answer' }, elapsedMs: 4500 },
    });
  });
});

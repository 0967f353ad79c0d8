/** The session's own contract, driven by hand; how it judges NATs is tested in the simulated lab. */
import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../../src/endpoint.ts';
import { createDiscovery, type Discovery, type DiscoveryOptions } from '../../../src/nat/discovery/discovery.ts';
import { DETECT_SOCKETS } from '../../../src/nat/evidence.ts';
import type { Transmit } from '../../../src/session.ts';
import { decode } from '../../../src/stun/decode.ts';
import { encode } from '../../../src/stun/encode.ts';
import type { StunMessage } from '../../../src/stun/message.ts';

const local = (port: number): Endpoint => ({ address: '10.1.0.2', port });
const server = (address: string) => ({ host: address, address, port: 3478 });

function discover(options: {
  readonly servers: readonly string[];
  readonly toldServers?: readonly string[];
  readonly moreServers?: boolean;
}): Discovery {
  let serial = 0;
  return createDiscovery({
    local: Object.fromEntries(
      DETECT_SOCKETS.map((name, index) => [name, local(1 + index)]),
    ) as DiscoveryOptions['local'],
    servers: options.servers.map(server),
    toldServers: (options.toldServers ?? []).map(server),
    moreServers: options.moreServers ?? false,
    httpPort: 3480,
    timeoutMs: 5000,
    now: 0,
    randomBytes: (length) => new Uint8Array(length).fill(++serial),
  });
}

/** Everything it wants sent before it waits. */
function transmits(session: Discovery, now: number): readonly Transmit[] {
  const sent: Transmit[] = [];
  for (;;) {
    const output = session.poll(now);
    if (output.kind !== 'transmit') return sent;
    sent.push(output);
  }
}

/** The same as text: `socket address:port`. */
function sends(session: Discovery, now: number): readonly string[] {
  return transmits(session, now).map(({ socket, to }) => `${socket} ${to.address}:${to.port}`);
}

/** Answers as a server that sees the sender at that port, and has one address or another one as well. */
function answer(
  session: Discovery,
  now: number,
  { socket, to, bytes }: Transmit,
  { port, other }: { readonly port: number; readonly other?: Endpoint },
): void {
  const request = decode(bytes);
  if (!request.ok) throw new Error(request.error.code);
  const message: StunMessage = {
    ...request.message,
    class: 'success',
    attributes: [
      { type: 'XOR-MAPPED-ADDRESS', value: { address: '198.51.100.7', port } },
      ...(other ? [{ type: 'OTHER-ADDRESS', value: other } as const] : []),
    ],
  };
  session.handleDatagram(now, { socket, from: to, bytes: encode(message) });
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

  describe('of servers with one address each', () => {
    /** Both see the mapping socket at these ports, and from 3 ms on at those; every other socket keeps its own. */
    const askedTwice = (first: number, second: number, again: readonly [number, number]) => {
      const session = discover({ servers: ['203.0.113.10', '198.51.100.10'] });
      for (let now = 0; now <= 1000; now++) {
        for (const transmit of transmits(session, now)) {
          const seen = now < 3 ? [first, second] : again;
          const port = seen[transmit.to.address === '203.0.113.10' ? 0 : 1] ?? 0;
          answer(session, now, transmit, { port: transmit.socket === 'mapping' ? port : 5000 });
        }
        const output = session.poll(now);
        if (output.kind === 'done') return output;
        session.handleTimeout(now);
      }
      throw new Error('it is not done');
    };

    it.each([
      ['the same', 1000, 'endpoint-independent'],
      ['different ones', 2000, 'undetermined'],
    ])('believes that both see %s once they say so again', (_what, second, behavior) => {
      expect(askedTwice(1000, second, [1000, second])).toMatchObject({
        kind: 'done',
        result: { mapping: { behavior } },
      });
    });

    it.each([
      ['saw the same', 1000, 1000],
      ['saw different ones', 1000, 2000],
    ])('takes the router for restarted when both %s and one of them now sees another', (_what, first, second) => {
      expect(askedTwice(first, second, [3000, second])).toMatchObject({
        kind: 'done',
        result: { verdict: { type: 'inconclusive', reason: 'router-restarted' } },
      });
    });
  });

  it('does not take the router for restarted because of a server that it does not choose', () => {
    const session = discover({ servers: ['203.0.113.10', '198.51.100.10'] });
    const early = transmits(session, 0);
    session.handleTimeout(200);
    const late = transmits(session, 200);
    for (const [index, transmit] of [...early, ...late].entries()) {
      if (transmit.to.address === '203.0.113.10') answer(session, 200, transmit, { port: index });
    }
    const other = { address: '198.51.100.11', port: 3479 };
    for (const transmit of late) {
      if (transmit.to.address === '198.51.100.10') answer(session, 200, transmit, { port: 1000, other });
    }
    expect(sends(session, 200)).toEqual(expect.arrayContaining(['mapping 198.51.100.11:3479']));
    expect(session.poll(200).kind).toBe('wait');
  });

  it('does not take the router for restarted because a server that somebody else has named changes its word', () => {
    const session = discover({ servers: ['203.0.113.10'], toldServers: ['198.51.100.10'] });
    const early = transmits(session, 0);
    session.handleTimeout(200);
    const late = transmits(session, 200);
    const sent = [...early, ...late];
    const isTold = ({ to }: Transmit): boolean => to.address === '198.51.100.10';
    for (const [index, transmit] of sent.filter(isTold).entries())
      answer(session, 201, transmit, { port: 2000 + index });
    for (const transmit of sent.filter((one) => !isTold(one))) answer(session, 201, transmit, { port: 1000 });
    for (let now = 201; now < 2000; now++) session.handleTimeout(now);
    expect(session.poll(2000)).toMatchObject({
      kind: 'done',
      result: { verdict: { type: 'inconclusive', reason: 'servers-disagree' } },
    });
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

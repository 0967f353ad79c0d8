/** Candidates that either side tells while the attempt is under way. */
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { formatEndpoint } from '../../../../src/endpoint.ts';
import { createPunchBudget } from '../../../../src/punch/attempt/budget.ts';
import { candidateAgent, PUNCH_SOCKET } from '../../../../src/punch/attempt/candidates/candidate-agent.ts';
import { createIntroducedAttempt, type IntroducedAttempt } from '../../../../src/punch/attempt/introduced-attempt.ts';
import { parsePeerSignal } from '../../../../src/punch/attempt/peer-signal.ts';
import type { Introduction } from '../../../../src/rendezvous/protocol/server-message.ts';

const BEHAVIOR = { mapping: 'endpoint-independent', filtering: 'address-and-port-dependent' } as const;
const SERVER = { address: '203.0.113.10', port: 3478 };
const LOCAL = { address: '192.168.1.7', port: 5000 };
const OWN = { address: '203.0.113.7', port: 40_000 };
const MAPPED = { address: '203.0.113.7', port: 7000 };
const PEER = { address: '198.51.100.2', port: 6000 };

function attempt(): IntroducedAttempt {
  const introduction: Introduction = {
    type: 'introduction',
    ...{ peer: 'bob', endpoint: PEER, candidates: [], behavior: BEHAVIOR, own: OWN },
    ...{ key: 'k'.repeat(43), startInMs: 0, role: 'controlling' },
  };
  const agentOf = candidateAgent({
    direct: { local: LOCAL, seen: OWN, server: SERVER.address },
    relay: null,
    randomBytes,
  });
  return createIntroducedAttempt({
    ...{ introduction, plan: { technique: 'simultaneous-open' }, behavior: BEHAVIOR, agentOf, server: SERVER },
    ...{ networks: ['192.168.1.7/24'], budget: createPunchBudget(), startAt: 0, randomBytes, randomInteger: () => 0 },
  });
}

/** Polls until `endMs`; returns what the peer was told, and to whom was sent. */
function run(tried: IntroducedAttempt, endMs: number) {
  const told: unknown[] = [];
  const sentTo = new Set<string>();
  for (let now = 0; now <= endMs; ) {
    const output = tried.poll(now);
    if (output.kind === 'tell') told.push(output.signal);
    if (output.kind === 'transmit') sentTo.add(formatEndpoint(output.to));
    if (output.kind === 'done') break;
    if (output.kind !== 'wait') continue;
    now = output.until;
    tried.handleTimeout(now);
  }
  return { told, sentTo };
}

const line = (address: string, port = 7000): string => `candidate:1 1 udp 1694498815 ${address} ${port} typ srflx`;

describe('candidates of this side', () => {
  it('are told once each', () => {
    const tried = attempt();
    const spec = { type: 'srflx', socket: PUNCH_SOCKET, endpoint: MAPPED, server: '192.168.1.1' } as const;
    tried.addLate([spec]);
    tried.addLate([spec]);
    expect(run(tried, 10).told).toEqual([
      {
        type: 'candidates',
        candidates: [expect.stringMatching(/ 203\.0\.113\.7 7000 typ srflx raddr 192\.168\.1\.7 rport 5000$/)],
      },
    ]);
    expect(tried.late.own).toHaveLength(1);
  });

  it('are told up to a number, wherever a server says that they are', () => {
    const tried = attempt();
    for (let port = 1000; port < 1100; port++) {
      const endpoint = { ...MAPPED, port };
      tried.addLate([{ type: 'srflx', socket: PUNCH_SOCKET, endpoint, server: SERVER.address }]);
    }
    expect(run(tried, 10).told).toHaveLength(32);
  });

  it('that the peer was told before are not told again', () => {
    const tried = attempt();
    tried.addLate([{ type: 'srflx', socket: PUNCH_SOCKET, endpoint: OWN, server: SERVER.address }]);
    expect(run(tried, 10).told).toEqual([]);
  });
});

describe('candidates of the peer', () => {
  it('are checked', () => {
    const tried = attempt();
    tried.handleSignal(0, { type: 'candidates', candidates: [line('198.51.100.2'), line('10.9.9.9')] });
    const { sentTo } = run(tried, 200);
    expect(sentTo).toContain('198.51.100.2:7000');
    // In no network that this host is in.
    expect(sentTo).not.toContain('10.9.9.9:7000');
  });

  it.each([
    ['this host', '127.0.0.1'],
    ['a group', '224.0.0.1'],
    ['this host, written as IPv6', '::ffff:127.0.0.1'],
    ['an IPv4 address, written as IPv6', '::ffff:198.51.100.9'],
    ['a zone', 'fe80::1%eth0'],
  ])('that are %s are not', (_what, address) => {
    const before = run(attempt(), 200).sentTo;
    const tried = attempt();
    tried.handleSignal(0, { type: 'candidates', candidates: [line(address)] });
    expect(run(tried, 200).sentTo).toEqual(before);
  });

  it('are remembered up to a number, however many come', () => {
    const tried = attempt();
    for (let port = 1000; port < 1100; port++) {
      tried.handleSignal(0, { type: 'candidates', candidates: [line('198.51.100.2', port)] });
    }
    expect(tried.late.peer).toHaveLength(32);
  });

  it('are eight in a signal at most', () => {
    const signal = (count: number) =>
      parsePeerSignal(JSON.stringify({ type: 'candidates', candidates: Array(count).fill(line('198.51.100.2')) }));
    expect([signal(8)?.type, signal(9)]).toEqual(['candidates', null]);
  });
});

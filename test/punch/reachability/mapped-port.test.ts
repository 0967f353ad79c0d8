import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseCandidate } from '../../../src/ice/candidates/sdp.ts';
import { candidateAgent } from '../../../src/punch/attempt/candidates/candidate-agent.ts';
import { tellsMappedPort } from '../../../src/punch/attempt/candidates/told-candidates.ts';
import { seekMappedPort } from '../../../src/punch/reachability/mapped-port.ts';

const LOCAL = { address: '10.0.0.2', port: 40_000 };
const SEEN = { address: '203.0.113.7', port: 50_000 };
const MAPPED = { endpoint: { address: '203.0.113.7', port: 40_000 }, router: '10.0.0.1' };

const told = (mapped: typeof MAPPED | null, seen = SEEN) =>
  candidateAgent({ direct: { local: LOCAL, seen, server: '198.51.100.1' }, mapped, relay: null, randomBytes })
    .candidates.map(parseCandidate)
    .flatMap((one) => (one.kind === 'candidate' ? [one.candidate] : []));

it('a mapped port is told as a server-reflexive candidate with a foundation of its own', () => {
  const all = told(MAPPED);
  expect(all.map(({ type, endpoint, related }) => [type, endpoint, related])).toEqual([
    ['host', LOCAL, null],
    ['srflx', SEEN, LOCAL],
    ['srflx', MAPPED.endpoint, LOCAL],
  ]);
  expect(new Set(all.map(({ foundation }) => foundation)).size).toBe(3);
});

it('a mapped port that is the one the server sees is told once', () => {
  expect(told(MAPPED, MAPPED.endpoint)).toHaveLength(2);
});

it('on loopback nobody is asked, and there is nothing to end', async () => {
  const port = seekMappedPort({ local: { address: '127.0.0.1', port: 40_000 } });
  expect(port.toward(SEEN)).toBeNull();
  await port[Symbol.asyncDispose]();
  expect(port.toward(SEEN)).toBeNull();
});

describe('what a side has told', () => {
  const seen = { address: '198.51.100.2', port: 6000 };
  const reflexive = (port: number): string =>
    `2 1 udp 1694498815 198.51.100.2 ${port} typ srflx raddr 192.168.1.7 rport 5000`;

  it('has a mapped port in it when there is a reflexive candidate that the server has not seen', () => {
    expect(tellsMappedPort([reflexive(6000), reflexive(7000)], seen)).toBe(true);
  });

  it.each([[[]], [['nonsense']], [[reflexive(6000), '1 1 udp 2130706431 192.168.1.7 5000 typ host']]])(
    'has none in %j',
    (candidates) => {
      expect(tellsMappedPort(candidates, seen)).toBe(false);
    },
  );
});

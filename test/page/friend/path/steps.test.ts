/** The seven steps of two browsers, in the words of a punch. */
import { describe, expect, it } from 'vitest';
import { createSteps } from '../../../../page/friend/path/steps.ts';
import type { Candidate, CandidateType } from '../../../../src/ice/candidates/candidate.ts';

const end = (type: CandidateType, port: number) =>
  ({ type, protocol: 'udp', endpoint: { address: '203.0.113.10', port } }) as const;
const candidate = (type: CandidateType, address: string): Candidate => ({
  ...{ type, endpoint: { address, port: 4000 }, foundation: '1', priority: 1, related: null },
});

function recorded() {
  const told: string[] = [];
  let now = 0;
  const steps = createSteps(
    { sides: { id: 'this browser', peer: 'your friend' }, hidden: 'somewhere' },
    { elapsed: () => ++now, onStep: ({ step, atMs, text }) => told.push(`${step} ${atMs} ${text}`) },
  );
  return { steps, told };
}

describe('the steps', () => {
  it('are those of a punch, each once', () => {
    const { steps, told } = recorded();
    steps.gathered(candidate('srflx', '203.0.113.9'));
    steps.heard(candidate('srflx', '203.0.113.10'));
    steps.stats({ selected: null, sentTo: end('srflx', 4000), cameFrom: end('prflx', 5000) });
    steps.stats({ selected: null, sentTo: end('relay', 6000), cameFrom: end('relay', 6000) });
    steps.connected({ local: end('srflx', 1), remote: end('prflx', 5000), rttMs: 12.34 });
    expect(told).toEqual([
      '1 1 this browser → server: the server sees this browser at 203.0.113.9:4000',
      '4 2 server → your friend: this browser is at 203.0.113.9:4000',
      '2 3 your friend → server: the server sees your friend at 203.0.113.10:4000',
      '3 4 server → this browser: your friend is at 203.0.113.10:4000',
      '5 5 this browser → your friend: first packet to 203.0.113.10:4000',
      '6 6 your friend → this browser: first packet from 203.0.113.10:5000',
      '7 7 this browser ↔ your friend: direct, 12.3 ms round trip to 203.0.113.10:5000',
    ]);
  });

  it('do not take a host or a relay for what the server sees', () => {
    const { steps, told } = recorded();
    steps.gathered(candidate('host', '192.168.1.2'));
    steps.heard(candidate('relay', '203.0.113.1'));
    expect(told).toEqual([]);
  });

  it('name a relayed path, and what the browser does not say', () => {
    const { steps, told } = recorded();
    const remote = { ...end('relay', 1), endpoint: null };
    steps.connected({ local: end('host', 1), remote, rttMs: null });
    expect(told).toEqual(['7 1 this browser ↔ your friend: relayed, to somewhere']);
  });
});

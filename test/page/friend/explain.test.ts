/** Why two browsers have no path, or a relayed one: in the words of a punch. */
import { describe, expect, it } from 'vitest';
import { isForPunch, type Pair, planOf, type Side, whyNoPath, whyRelayed } from '../../../page/friend/explain.ts';
import type { Candidate, CandidateType } from '../../../src/ice/candidates/candidate.ts';
import type { VerdictType } from '../../../src/nat/verdict.ts';

const SIDES = { id: 'this browser', peer: 'your friend' };
const BEHAVIORS = {
  'port-restricted': { mapping: 'endpoint-independent', filtering: 'address-and-port-dependent' },
  symmetric: { mapping: 'address-and-port-dependent', filtering: 'address-and-port-dependent' },
  'udp-blocked': { mapping: 'undetermined', filtering: 'undetermined' },
} as const satisfies Partial<Record<VerdictType, unknown>>;

function candidate(type: CandidateType, address: string): Candidate {
  return { type, endpoint: { address, port: 4000 }, foundation: '1', priority: 1, related: null };
}

function side(verdict: keyof typeof BEHAVIORS, ...candidates: readonly Candidate[]): Side {
  return { network: { type: 'network', verdict, behavior: BEHAVIORS[verdict] }, candidates };
}

function pair(own: Side, peer: Side): Pair {
  return { sides: SIDES, own, peer };
}

const A = candidate('srflx', '203.0.113.9');
const B = candidate('srflx', '203.0.113.10');
const HERE = { role: 'controlling', isHeard: false } as const;

describe('the plan of two browsers', () => {
  it('is that of a punch', () => {
    expect(planOf(pair(side('port-restricted', A), side('symmetric', B)))).toMatchObject({
      ...{ technique: 'birthday', probability: expect.closeTo(0.999999935, 8) },
    });
  });

  it('is to send plainly behind one NAT', () => {
    expect(planOf(pair(side('symmetric', A), side('symmetric', A)))?.text).toBe(
      'this browser and your friend are behind the same NAT, or on one network',
    );
  });

  it('is a relay for a side whose UDP is blocked', () => {
    expect(planOf(pair(side('udp-blocked'), side('port-restricted', B)))?.text).toBe(
      'this browser is reachable only through a relay: no direct path is tried',
    );
  });

  it('is not known before both networks are', () => {
    expect(planOf(pair(side('symmetric', A), { network: null, candidates: [B] }))).toBeNull();
  });
});

describe('where there is no path', () => {
  it('two symmetric NATs are named, and that nobody has offered a relay', () => {
    expect(whyNoPath(pair(side('symmetric', A), side('symmetric', B)), HERE)).toBe(
      'this browser and your friend are both behind symmetric NATs, whose ports cannot be predicted: only a relay gets through, unless one side moves behind a different NAT; neither this browser nor your friend has offered a relay (natcheck serve --relay, or --turn)',
    );
  });

  it('a relay that has let nothing through is named', () => {
    const relay = candidate('relay', '203.0.113.1');
    expect(whyNoPath(pair(side('symmetric', A), side('symmetric', B, relay)), HERE)).toMatch(
      /; nothing came through the relay of your friend$/,
    );
  });

  it('what only a punch can do is said not to have been tried', () => {
    expect(whyNoPath(pair(side('symmetric', A), side('port-restricted', B)), HERE)).toBe(
      'this browser is behind a symmetric NAT with random ports, and the NAT of your friend lets in only the exact address and port that it has sent to: a 99.9999935 % chance of a match, with at most 2816 packets, within 4.8 s, which natcheck punch tries, and no browser can; neither this browser nor your friend has offered a relay (natcheck serve --relay, or --turn)',
    );
  });

  it('although there should be one, a firewall may be the cause', () => {
    expect(whyNoPath(pair(side('port-restricted', A), side('port-restricted', B)), HERE)).toMatch(
      /^nothing from your friend came in, although it should have, by what is known of both sides: a firewall/,
    );
  });

  it('nothing is said of which too little is known', () => {
    expect(whyNoPath(pair({ network: null, candidates: [] }, { network: null, candidates: [] }), HERE)).toBeNull();
  });
});

describe('a relayed path', () => {
  it('between two symmetric NATs is explained by the plan', () => {
    expect(whyRelayed(pair(side('symmetric', A), side('symmetric', B)))).toMatch(
      /^this browser and your friend are both/,
    );
  });

  it('that only a punch could have made direct is told as that', () => {
    expect(whyRelayed(pair(side('symmetric', A), side('port-restricted', B)))).toMatch(
      /, which natcheck punch tries, and no browser can$/,
    );
  });

  it('that should have been direct may be due to a firewall', () => {
    expect(whyRelayed(pair(side('port-restricted', A), side('port-restricted', B)))).toBe(
      'By what is known of both sides a direct path should have opened: a firewall may drop UDP between the two.',
    );
  });
});

describe('the command line', () => {
  it.each([
    ['symmetric', 'port-restricted', true],
    ['symmetric', 'symmetric', false],
    ['port-restricted', 'port-restricted', false],
  ] as const)('for %s and %s can do more: %s', (own, peer, more) => {
    expect(isForPunch(planOf(pair(side(own, A), side(peer, B))))).toBe(more);
  });
});

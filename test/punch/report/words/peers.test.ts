/** Which peers a detection says can be reached, and how: the same technique and odds as the plan of a punch has. */
import { describe, expect, it } from 'vitest';
import { type NatProfile, PORT_RESTRICTED, SYMMETRIC, SYMMETRIC_SEQUENTIAL } from '../../../../lab/profiles.ts';
import { detectInSim } from '../../../../lab/sim/detect/detect.ts';
import { symmetricLink } from '../../../../lab/sim/network/link.ts';
import { planPunch } from '../../../../src/punch/attempt/plan.ts';
import { peerChoices } from '../../../../src/punch/report/words/peers.ts';
import { MEANING, techniqueWords } from '../../../../src/punch/report/words/verdict.ts';

const LINK = symmetricLink({ latencyMs: 20 });
const detectionBehind = (profile: NatProfile) =>
  detectInSim({ access: { kind: 'nat', layers: [profile] }, seed: 1, link: LINK });
const words = (profile: NatProfile): readonly string[] =>
  (peerChoices(detectionBehind(profile)) ?? []).map(([name, choice]) => `${name}: ${techniqueWords(choice)}`);

const PREDICTED = 'direct by port prediction, unless others take the ports meanwhile';
const BIRTHDAY = 'direct by a birthday attempt: 99.9999935 % with 2816 packets, within 4.8 s';

describe('the peers that can be reached from behind', () => {
  it.each<[string, NatProfile, readonly string[]]>([
    ['a port-restricted NAT', PORT_RESTRICTED, ['direct', 'direct', 'direct', PREDICTED, BIRTHDAY]],
    [
      'a symmetric NAT with random ports',
      SYMMETRIC,
      ['direct', 'direct', BIRTHDAY, 'only through a relay', 'only through a relay'],
    ],
    [
      'a symmetric NAT that counts its ports up',
      SYMMETRIC_SEQUENTIAL,
      ['direct', 'direct', PREDICTED, PREDICTED, 'only through a relay'],
    ],
    [
      'a symmetric NAT that lets in any port of an address',
      { ...SYMMETRIC, mapping: 'address-dependent', filtering: 'address-dependent' },
      ['direct', 'direct', BIRTHDAY, BIRTHDAY, BIRTHDAY],
    ],
  ])('%s', (_what, profile, expected) => {
    const names = [
      'full-cone',
      'restricted',
      'port-restricted',
      'symmetric, ports counted up',
      'symmetric, random ports',
    ];
    expect(words(profile)).toEqual(names.map((name, index) => `${name}: ${expected[index]}`));
  });

  it('are those that the plan of a punch names', () => {
    const { mapping, filtering, allocation } = detectionBehind(SYMMETRIC);
    const own = { id: 'alice', behavior: { mapping: mapping.behavior, filtering: filtering.behavior, allocation } };
    const peer = {
      id: 'bob',
      behavior: { mapping: 'endpoint-independent', filtering: 'address-and-port-dependent' },
    } as const;
    const { text: _, ...choice } = planPunch(own, peer);
    expect(peerChoices(detectionBehind(SYMMETRIC))?.find(([name]) => name === 'port-restricted')?.[1]).toEqual(choice);
  });

  it('are not denied by what is said of the verdict: a symmetric NAT can be reached where a filter lets it', () => {
    expect(words(SYMMETRIC)[0]).toBe('full-cone: direct');
    expect(MEANING.symmetric).toBe(
      'The router gives a socket a new public endpoint for each destination, so a peer sees it at another one than a server does.',
    );
  });
});

/** Punches of sides that have told as much of their NATs as a server with one address shows: two ports, and no filter. */
import { describe, expect, it } from 'vitest';
import {
  type AccessProfile,
  FULL_CONE,
  type NatProfile,
  PORT_RESTRICTED,
  RESTRICTED,
  SYMMETRIC,
  SYMMETRIC_ADDRESS,
  SYMMETRIC_SEQUENTIAL,
} from '../../../../lab/profiles.ts';
import { symmetricLink } from '../../../../lab/sim/network/link.ts';
import { behaviorBehind } from '../../../../lab/sim/punch/punch.ts';
import type { ToldBehavior } from '../../../../src/rendezvous/protocol/fields.ts';
import { runs } from '../../../runs.ts';
import { endOf, setStage } from './meeting.ts';

const SEEDS = runs(40);
const BIRTHDAY_SEEDS = runs(20);
/** Each punch takes a tenth of a second at most; more where many tests share a core. */
const TIMEOUT_MS = 120_000;

const behind = (profile: NatProfile): AccessProfile => ({ kind: 'nat', layers: [profile] });

/** What two ports of one address show: a mapping that depends on the port with its ports, or that it does not. */
function half(profile: NatProfile): ToldBehavior {
  const { allocation } = behaviorBehind(behind(profile));
  if (profile.mapping !== 'address-and-port-dependent') return { mapping: 'undetermined', filtering: 'undetermined' };
  return { mapping: profile.mapping, filtering: 'undetermined', allocation };
}

/** How many punches end with a direct path on both sides, and the techniques that were planned. */
function punches(a: NatProfile, b: NatProfile, seeds: number, tells = half) {
  let direct = 0;
  const planned = new Set<string | undefined>();
  for (let seed = 1; seed <= seeds; seed++) {
    const stage = setStage({ seed });
    const link = symmetricLink({ latencyMs: 10 + (seed % 60), jitterMs: 5, loss: 0.02 });
    const [one, other] = [
      stage.place('left', behind(a), link).start('a', tells(a)).meet('b'),
      stage.place('right', behind(b), link).start('b', tells(b)).meet('a'),
    ];
    stage.end(one, other);
    if ([one, other].every((meeting) => endOf(meeting).kind === 'connected')) direct++;
    for (const meeting of [one, other]) planned.add(meeting.plan()?.technique);
  }
  return { direct, planned: [...planned] };
}

describe('with what a server with one address shows', { timeout: TIMEOUT_MS }, () => {
  it.each([PORT_RESTRICTED, RESTRICTED, FULL_CONE])('a symmetric NAT that counts opens to %o, each time', (cone) => {
    expect(punches(SYMMETRIC_SEQUENTIAL, cone, SEEDS)).toEqual({ direct: SEEDS, planned: ['port-prediction'] });
  });

  it('a symmetric NAT with random ports opens to a port-restricted one, each time', () => {
    expect(punches(PORT_RESTRICTED, SYMMETRIC, BIRTHDAY_SEEDS)).toEqual({
      direct: BIRTHDAY_SEEDS,
      planned: ['birthday'],
    });
  });

  it('two that keep their endpoints open to each other, each time', () => {
    expect(punches(PORT_RESTRICTED, PORT_RESTRICTED, SEEDS)).toEqual({ direct: SEEDS, planned: ['simultaneous-open'] });
  });
});

describe('with what a second server shows that the first one names', { timeout: TIMEOUT_MS }, () => {
  /** It confirms a mapping that stays; one that depends on the address stays open. */
  const confirmed = (profile: NatProfile): ToldBehavior =>
    profile.mapping === 'endpoint-independent'
      ? { mapping: profile.mapping, filtering: 'undetermined' }
      : half(profile);

  it('a NAT whose port depends on the address opens to a port-restricted one, each time', () => {
    expect(punches(PORT_RESTRICTED, SYMMETRIC_ADDRESS, BIRTHDAY_SEEDS, confirmed)).toEqual({
      direct: BIRTHDAY_SEEDS,
      planned: ['birthday'],
    });
  });

  it.each([PORT_RESTRICTED, FULL_CONE])('a server that lies about one side keeps no pair closed: %o', (nat) => {
    const liedAbout: NatProfile = { ...nat, name: 'lied-about' };
    const tells = (profile: NatProfile): ToldBehavior => (profile === liedAbout ? half(profile) : confirmed(profile));
    expect(punches(liedAbout, PORT_RESTRICTED, SEEDS, tells)).toEqual({ direct: SEEDS, planned: ['birthday'] });
  });
});

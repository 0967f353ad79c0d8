/** Punches of peers that meet by two lines which people pass on, in the simulated lab. */
import { describe, expect, it } from 'vitest';
import {
  CARRIER_GRADE,
  CLASSIC_NATS,
  INBOUND_FIRST,
  type NamedAccess,
  type NatProfile,
  PORT_RESTRICTED,
  SYMMETRIC,
  SYMMETRIC_ADDRESS,
  SYMMETRIC_BLOCK,
  SYMMETRIC_SEQUENTIAL,
} from '../../../../lab/profiles.ts';
import { symmetricLink } from '../../../../lab/sim/network/link.ts';
import { punchInSim, type SimAccess } from '../../../../lab/sim/punch/punch.ts';
import type { SimLinesOptions } from '../../../../lab/sim/server/lines.ts';

const TIMEOUT_MS = 60_000;
const LINK = symmetricLink({ latencyMs: 20, jitterMs: 2 });

const accessOf = (profile: NatProfile | NamedAccess): SimAccess =>
  'access' in profile ? profile : { kind: 'nat', layers: [profile] };

function punch(a: NatProfile | NamedAccess, b: NatProfile | NamedAccess, byHand: SimLinesOptions) {
  return punchInSim({ a: accessOf(a), b: accessOf(b), seed: 3, linkA: LINK, linkB: LINK, byHand });
}

const CLASSIC = CLASSIC_NATS.flatMap((a) => CLASSIC_NATS.map((b) => ({ a, b, title: `${a.name} × ${b.name}` })));
const HARD = [SYMMETRIC_SEQUENTIAL, SYMMETRIC_ADDRESS, SYMMETRIC_BLOCK, CARRIER_GRADE].map((a) => ({
  ...{ a, b: PORT_RESTRICTED },
  title: `${a.name} × ${PORT_RESTRICTED.name}`,
}));

describe('by hand, at whole ten seconds of the wall clock', { timeout: TIMEOUT_MS }, () => {
  it.each([...CLASSIC.filter(({ a, b }) => a !== SYMMETRIC || b !== SYMMETRIC), ...HARD])(
    '$title: both sides come to a direct path, also where their clocks are two seconds apart',
    ({ a, b }) => {
      for (const skewMs of [0, 400, 2_000]) {
        const punched = punch(a, b, { skewMs });
        expect([punched.a.outcome, punched.b.outcome]).toEqual(['direct', 'direct']);
        expect(punched.skewMs).toBeCloseTo(skewMs, 3);
      }
    },
  );

  it('two symmetric NATs are not opened, and both sides give up when the time is over', () => {
    const { a, b } = punch(SYMMETRIC, SYMMETRIC, {});
    expect([a.reason, b.reason]).toEqual(['no-answer', 'no-answer']);
  });

  it('a router that answers inbound first is not opened toward a strict one: the side that begins alone has spoilt its mapping', () => {
    const { a, b } = punch(INBOUND_FIRST, PORT_RESTRICTED, {});
    expect([a.reason, b.reason]).toEqual(['no-answer', 'no-answer']);
  });

  it('somebody who takes 70 s for each line is waited for', () => {
    const { a, b } = punch(PORT_RESTRICTED, PORT_RESTRICTED, { passMs: 70_000 });
    expect([a.outcome, b.outcome]).toEqual(['direct', 'direct']);
  });
});

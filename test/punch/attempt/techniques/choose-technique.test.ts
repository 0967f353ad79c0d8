/** The plan table, and its arithmetic. */
import { describe, expect, it } from 'vitest';
import { CLASSIC_PEERS } from '../../../../src/nat/prospect.ts';
import {
  birthdayOf,
  birthdayProbability,
  chooseTechnique,
  isBirthdayOpener,
  type KnownBehavior,
  type PortAssignment,
  predictPorts,
} from '../../../../src/punch/attempt/techniques/choose-technique.ts';

const UNTOLD = { step: null, range: null } as const;
const RANDOM: PortAssignment = { kind: 'random', ...UNTOLD };
const PRESERVED: PortAssignment = { kind: 'preserved', ...UNTOLD };
const SEQUENTIAL: PortAssignment = { kind: 'sequential', step: 2, range: null };
const BLOCK: PortAssignment = { kind: 'range', step: null, range: { first: 20_480, last: 22_527 } };
const SMALL: PortAssignment = { kind: 'range', step: null, range: { first: 20_480, last: 20_543 } };

const peer = (nat: keyof typeof CLASSIC_PEERS, allocation: PortAssignment): KnownBehavior => ({
  ...CLASSIC_PEERS[nat],
  allocation,
});
const STRICT = peer('port-restricted', PRESERVED);

describe('the choice', () => {
  it.each([
    ['stable on both sides', STRICT, peer('full-cone', RANDOM), 'simultaneous-open', 1],
    [
      'a moving side and a filter that minds no port',
      peer('symmetric', RANDOM),
      peer('restricted', RANDOM),
      'simultaneous-open',
      1,
    ],
    ['a counted moving side and a strict filter', peer('symmetric', SEQUENTIAL), STRICT, 'port-prediction', 1],
    ['a moving side that keeps the port of a fresh socket', peer('symmetric', PRESERVED), STRICT, 'port-prediction', 1],
    ['two counted moving sides', peer('symmetric', SEQUENTIAL), peer('symmetric', SEQUENTIAL), 'port-prediction', 1],
    ['a counted and a random moving side', peer('symmetric', SEQUENTIAL), peer('symmetric', RANDOM), 'relay', 0],
    ['two random moving sides', peer('symmetric', RANDOM), peer('symmetric', RANDOM), 'relay', 0],
  ] as const)('for %s, whoever asks', (_what, a, b, technique, probability) => {
    expect(chooseTechnique(a, b)).toMatchObject({ technique, probability });
    expect(chooseTechnique(b, a)).toEqual(chooseTechnique(a, b));
  });

  it('for a random moving side and a strict filter is a birthday, with its odds and its cost', () => {
    expect(chooseTechnique(STRICT, peer('symmetric', RANDOM))).toEqual({
      technique: 'birthday',
      probability: expect.closeTo(0.999999935, 9),
      packets: 3 * 256 + 2048,
      seconds: expect.closeTo(4.808, 9),
    });
  });

  it('for a strict filter that remembers early packets has the odds of what ends on the way, and its cost', () => {
    const early: KnownBehavior = { ...STRICT, early: 'changes-port' };
    const choice = chooseTechnique(early, peer('symmetric', RANDOM));
    expect(choice).toEqual({
      technique: 'birthday',
      probability: expect.closeTo(0.99996502, 8),
      packets: 5 * 256 + 2048,
      seconds: expect.closeTo(4.808, 9),
    });
    expect(chooseTechnique(peer('symmetric', RANDOM), early)).toEqual(choice);
    // A NAT whose port moves anyway has none to lose.
    const moving = peer('symmetric', RANDOM);
    expect(chooseTechnique({ ...moving, early: 'changes-port' }, STRICT)).toEqual(chooseTechnique(moving, STRICT));
  });

  it('for a port block has better odds, at the same price or less', () => {
    expect(birthdayOf(BLOCK)).toEqual({ first: 20_480, ports: 2048, sockets: 256, quietSockets: 0, probes: 2048 });
    expect(birthdayOf(SMALL)).toEqual({ first: 20_480, ports: 64, sockets: 32, quietSockets: 0, probes: 64 });
    expect(chooseTechnique(STRICT, peer('symmetric', SMALL))).toEqual({
      technique: 'birthday',
      probability: 1,
      packets: 2 * 32 + 64,
      seconds: expect.closeTo(0.392, 9),
    });
  });

  it.each([
    ['a range without a port', { first: 3, last: 1 }, { first: 1024, ports: 64_512 }],
    ['a range of well-known ports', { first: 1, last: 1023 }, { first: 1024, ports: 64_512 }],
    ['a range of no numbers', { first: Number.NaN, last: Number.NaN }, { first: 1024, ports: 64_512 }],
    ['a range that begins with well-known ports', { first: 1, last: 1033 }, { first: 1024, ports: 10 }],
  ])('draws from the user ports alone, whatever is told: %s', (_what, range, drawn) => {
    expect(birthdayOf({ kind: 'range', step: null, range })).toMatchObject(drawn);
  });

  it('looks at a range only where the ports are said to be of one', () => {
    expect(birthdayOf({ ...BLOCK, kind: 'random' })).toEqual(birthdayOf(RANDOM));
  });

  it('takes an allocation of which nothing is known for a random one', () => {
    const unknown: PortAssignment = { kind: 'undetermined', ...UNTOLD };
    expect(chooseTechnique(STRICT, peer('symmetric', unknown))).toEqual(
      chooseTechnique(STRICT, peer('symmetric', RANDOM)),
    );
  });
});

describe('the side of a birthday that has many sockets', () => {
  const BOTH = { mapping: 'address-dependent', filtering: 'address-dependent' } as const;

  it('is the one whose port moves', () => {
    const moving = peer('symmetric', RANDOM);
    expect([isBirthdayOpener(moving, STRICT, false), isBirthdayOpener(STRICT, moving, true)]).toEqual([true, false]);
  });

  it('of two of which either can be met is the one with the better odds, and else the preferred one', () => {
    const [wide, narrow] = [
      { ...BOTH, allocation: RANDOM },
      { ...BOTH, allocation: SMALL },
    ];
    expect(chooseTechnique(wide, narrow)).toEqual(chooseTechnique(STRICT, peer('symmetric', SMALL)));
    expect([isBirthdayOpener(narrow, wide, false), isBirthdayOpener(wide, narrow, true)]).toEqual([true, false]);
    expect([isBirthdayOpener(wide, { ...wide }, true), isBirthdayOpener(wide, { ...wide }, false)]).toEqual([
      true,
      false,
    ]);
  });
});

describe('the odds of a birthday', () => {
  it('are those of the literature for 256 sockets and 1,024 probes', () => {
    expect(birthdayProbability({ sockets: 256, probes: 1024, ports: 64_512 })).toBeCloseTo(0.9835, 3);
  });

  it('are exact for small numbers, by counting', () => {
    // 2 of 5 ports open, 2 of 5 probed: C(3,2) / C(5,2) = 3 / 10 missed.
    expect(birthdayProbability({ sockets: 2, probes: 2, ports: 5 })).toBeCloseTo(0.7, 12);
    expect(birthdayProbability({ sockets: 1, probes: 5, ports: 5 })).toBe(1);
    expect(birthdayProbability({ sockets: 0, probes: 5, ports: 5 })).toBe(0);
  });
});

describe('predicted ports', () => {
  it('go on by the step, and around at the end of the user ports', () => {
    expect(predictPorts({ last: 40_000, step: 2 }).slice(0, 3)).toEqual([40_002, 40_004, 40_006]);
    expect(predictPorts({ last: 65_534, step: 1 }).slice(0, 3)).toEqual([65_535, 1024, 1025]);
    expect(predictPorts({ last: 1025, step: -1 }).slice(0, 3)).toEqual([1024, 65_535, 65_534]);
    expect(predictPorts({ last: 40_000, step: 1 })).toHaveLength(16);
  });
});

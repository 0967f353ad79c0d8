/** Routers that answer early packets themselves, alone and several in a row, in the simulated lab. */
import { describe, expect, it } from 'vitest';
import {
  type AccessProfile,
  INBOUND_FIRST,
  type NatProfile,
  PORT_RESTRICTED,
  SYMMETRIC,
  SYMMETRIC_BLOCK,
  SYMMETRIC_SEQUENTIAL,
} from '../../../../lab/profiles.ts';
import { symmetricLink } from '../../../../lab/sim/network/link.ts';
import { punchInSim } from '../../../../lab/sim/punch/punch.ts';
import { runs } from '../../../runs.ts';

const SEEDS = runs(10);

const behind = (...layers: readonly [NatProfile, ...NatProfile[]]): AccessProfile => ({ kind: 'nat', layers });
const plain = behind(PORT_RESTRICTED);
const inboundFirst = behind(INBOUND_FIRST);
const carrierGrade = behind(PORT_RESTRICTED, PORT_RESTRICTED);
const threeInARow = behind(PORT_RESTRICTED, PORT_RESTRICTED, PORT_RESTRICTED);
const fiveInARow = behind(...([...Array(5)].map(() => PORT_RESTRICTED) as [NatProfile, ...NatProfile[]]));
const threeInboundFirst = behind(INBOUND_FIRST, INBOUND_FIRST, INBOUND_FIRST);

const PAIRS = [
  ['inbound-first × inbound-first', inboundFirst, inboundFirst],
  ['inbound-first × port-restricted', inboundFirst, plain],
  ['port-restricted × inbound-first', plain, inboundFirst],
  ['carrier-grade × inbound-first', carrierGrade, inboundFirst],
  ['inbound-first × carrier-grade', inboundFirst, carrierGrade],
  ['carrier-grade × carrier-grade', carrierGrade, carrierGrade],
  ['three NATs in a row × inbound-first', threeInARow, inboundFirst],
  ['inbound-first × three NATs in a row', inboundFirst, threeInARow],
  ['three inbound-first in a row × the same', threeInboundFirst, threeInboundFirst],
  // More than the packets that open them can pass.
  ['five NATs in a row × inbound-first', fiveInARow, inboundFirst],
  ['inbound-first × five NATs in a row', inboundFirst, fiveInARow],
] as const;

describe.each([0, 20, 100])(`${SEEDS} punches over links of %i ms`, (latencyMs) => {
  const link = symmetricLink({ latencyMs, jitterMs: latencyMs / 10 });
  it.each(PAIRS)('%s: each is direct on both sides', (_name, a, b) => {
    const punches = Array.from({ length: SEEDS }, (_, index) =>
      punchInSim({ a, b, seed: index + 1, linkA: link, linkB: link }),
    );
    expect(punches.flatMap((punch) => [punch.a.outcome, punch.b.outcome])).toEqual(Array(2 * SEEDS).fill('direct'));
  });
});

describe('a symmetric NAT', () => {
  const link = symmetricLink({ latencyMs: 20, jitterMs: 2 });
  const early = (profile: NatProfile): AccessProfile => behind({ ...profile, inboundFirst: true });
  const punches = (a: AccessProfile, b: AccessProfile, seeds = SEEDS) =>
    Array.from({ length: seeds }, (_, index) => punchInSim({ a, b, seed: index + 1, linkA: link, linkB: link }));

  it.each([
    ['counts its ports', SYMMETRIC_SEQUENTIAL],
    ['counts them for each socket', { ...SYMMETRIC, ports: 'socket-sequential' }],
  ] as const)(
    'that %s and answers early packets is predicted from behind every kind of stable NAT',
    (_how, profile) => {
      for (const other of [plain, inboundFirst, carrierGrade, threeInboundFirst]) {
        for (const [a, b] of [
          [early(profile), other],
          [other, early(profile)],
        ] as const) {
          for (const punch of punches(a, b)) {
            expect([punch.a, punch.b]).toMatchObject(
              Array(2).fill({ outcome: 'direct', technique: 'port-prediction' }),
            );
          }
        }
      }
    },
  );

  it.each([
    ['random', SYMMETRIC],
    ['random of a block', SYMMETRIC_BLOCK],
  ] as const)('with ports that are %s and answers early packets is met by a birthday', (_how, profile) => {
    for (const other of [plain, inboundFirst]) {
      for (const punch of punches(early(profile), other)) {
        expect([punch.a, punch.b]).toMatchObject(Array(2).fill({ outcome: 'direct', technique: 'birthday' }));
      }
    }
  });

  it.each([
    ['random ports', behind(SYMMETRIC)],
    ['random ports of a block', behind(SYMMETRIC_BLOCK)],
    ['random ports behind a router of its own', behind(PORT_RESTRICTED, SYMMETRIC)],
  ] as const)('with %s is met from behind a router that answers early packets, on every seed', (_how, moving) => {
    const met = punches(inboundFirst, moving, runs(100));
    expect(met.flatMap(({ a, b }) => [a.outcome, b.outcome])).toEqual(Array(2 * runs(100)).fill('direct'));
  });

  it('is met in the first round, half of the time within a second, from behind a router that answers early packets', () => {
    const times = punches(inboundFirst, behind(SYMMETRIC)).map(({ a, b }) => Math.max(a.ms, b.ms));
    expect(times.toSorted((one, other) => one - other)[Math.floor(SEEDS / 2)]).toBeLessThan(1000);
  });
});

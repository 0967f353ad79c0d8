import { expect, it } from 'vitest';
import type { Lab, LabSite } from '../../../../lab/docker/lab.ts';
import { runMatrix } from '../../../../lab/docker/matrix/run-matrix.ts';
import { FULL_CONE, IPV6_ACCESSES, type NatProfile, SYMMETRIC } from '../../../../lab/profiles.ts';
import { behind, direct, directTo, failed } from './example.ts';

const site = (name: string, profile: NatProfile): LabSite => ({ name, access: behind(profile) }) as LabSite;
const labOf = (...sites: readonly LabSite[]): Lab => ({ sites }) as Lab;

it('the first half of a lab punches with the second half, each pair behind two routers', async () => {
  const lab = labOf(
    site('full-cone', FULL_CONE),
    site('symmetric', SYMMETRIC),
    site('full-cone-2', FULL_CONE),
    site('symmetric-2', SYMMETRIC),
  );
  const punched: string[] = [];
  const matrix = await runMatrix(lab, {
    hasRelay: false,
    punchPair: async (a, b) => {
      punched.push(`${a.name} ${b.name}`);
      return b.name === 'symmetric-2' && a.name === 'symmetric'
        ? [failed('no-path'), failed('no-path')]
        : [direct(12), direct(15)];
    },
  });
  expect(punched.toSorted()).toEqual([
    'full-cone full-cone-2',
    'full-cone symmetric-2',
    'symmetric full-cone-2',
    'symmetric symmetric-2',
  ]);
  expect([matrix.rows, matrix.columns, matrix.isAsExpected]).toEqual([
    ['full-cone', 'symmetric'],
    ['full-cone', 'symmetric'],
    true,
  ]);
});

it('a lab with IPv6 is judged by both families, and shows them', async () => {
  const [open] = IPV6_ACCESSES;
  const both = (name: string) => ({ ...site(name, SYMMETRIC), ipv6: open?.access ?? null });
  const matrix = await runMatrix(labOf(both('symmetric+ipv6-open'), both('symmetric+ipv6-open-2')), {
    hasRelay: false,
    punchPair: async () => [directTo('2001:db8:2::2', 12), directTo('2001:db8:1::2', 15)],
  });
  expect(matrix.isAsExpected).toBe(true);
  expect(matrix.cells.map(({ actual }) => actual.families)).toEqual([['IPv6', 'IPv6']]);
});

it('another program may say in its own words why it has no path, and have another plan', async () => {
  const lab = labOf(site('symmetric', SYMMETRIC), site('symmetric-2', SYMMETRIC));
  const said = (reason: string) => async () => [failed(reason), failed(reason)] as const;
  const own = await runMatrix(lab, { hasRelay: false, punchPair: said('handshake timed out') });
  expect([own.isAsExpected, own.cells[0]?.expected.reasons]).toEqual([true, null]);
  const expected = { technique: null, probability: null, outcome: 'failed', reasons: null };
  const judged = await runMatrix(lab, { expect: () => 'none', punchPair: said('timed out') });
  expect([judged.isAsExpected, judged.cells[0]?.expected]).toEqual([true, expected]);
});

it.each([
  ['direct', 'direct', true],
  ['direct', 'relayed', false],
  ['any-path', 'relayed', true],
  ['any-path', 'failed', false],
  ['anything', 'failed', true],
  ['anything', 'nonsense', false],
  ['none', 'direct', false],
] as const)('where %s is expected, %s is as expected: %s', async (expected, outcome, isAsExpected) => {
  const lab = labOf(site('full-cone', FULL_CONE), site('full-cone-2', FULL_CONE));
  const { report, ...rest } = direct(12);
  const side = { ...rest, report: report && { ...report, outcome } };
  const matrix = await runMatrix(lab, { expect: () => expected, punchPair: async () => [side, side] });
  expect(matrix.isAsExpected).toBe(isAsExpected);
});

it('no more pairs run at once than it says', async () => {
  const lab = labOf(
    site('full-cone', FULL_CONE),
    site('symmetric', SYMMETRIC),
    site('full-cone-2', FULL_CONE),
    site('symmetric-2', SYMMETRIC),
  );
  let [running, most] = [0, 0];
  const punchPair = async () => {
    running += 1;
    most = Math.max(most, running);
    await Promise.resolve();
    running -= 1;
    return [direct(1), direct(1)] as const;
  };
  await runMatrix(lab, { punchPair, pairsAtOnce: 2 });
  expect(most).toBe(2);
  most = 0;
  await runMatrix(lab, { punchPair, pairsAtOnce: 1 });
  expect(most).toBe(1);
  await expect(runMatrix(lab, { punchPair, pairsAtOnce: 0 })).rejects.toThrow(RangeError);
});

it('the peers of a pair meet in a room of a name that a server takes', async () => {
  const rooms: (string | undefined)[] = [];
  const client = () => ({
    exec: async (argv: readonly string[]) => {
      rooms.push(argv[argv.indexOf('--room') + 1]);
      return { stdout: '', stderr: '', exitCode: 1 };
    },
  });
  const names = ['symmetric+nat66', 'symmetric+nat66-2'];
  const sites = names.map((name) => ({ ...site(name, SYMMETRIC), client }) as unknown as LabSite);
  await runMatrix({ ...labOf(...sites), server: { primary: '203.0.113.10' } } as Lab);
  expect(rooms).toEqual(Array(2).fill('symmetric_nat66.symmetric_nat66-2'));
});

it.each([
  ['once only', [site('full-cone', FULL_CONE), site('symmetric', SYMMETRIC)]],
  ['an odd number', [site('full-cone', FULL_CONE), site('full-cone-2', FULL_CONE), site('symmetric', SYMMETRIC)]],
])('a lab with its profiles %s has no matrix', async (_, sites) => {
  await expect(runMatrix(labOf(...sites), {})).rejects.toThrow(
    new RangeError('a matrix takes a lab of all its profiles twice: [...profiles, ...profiles]'),
  );
});

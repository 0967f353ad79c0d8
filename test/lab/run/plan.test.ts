import { expect, it } from 'vitest';
import { behindNat, OPEN } from '../../../lab/accesses.ts';
import type { LabFile } from '../../../lab/file/lab-file.ts';
import { FULL_CONE, SYMMETRIC } from '../../../lab/profiles.ts';
import { planBed } from '../../../lab/run/bed/plan.ts';

it('each row, each column and each further peer has a site of its own, named as the lab names them', () => {
  const [cone, symmetric] = [behindNat(FULL_CONE), behindNat(SYMMETRIC)];
  const sides = [{ name: 'a' }, { name: 'b' }, { name: 'c', access: OPEN }, { name: 'd', access: cone }];
  const plan = planBed({ rows: [cone, symmetric], columns: [cone], sides: sides as unknown as LabFile['sides'] });
  expect(plan.profiles).toEqual([cone, symmetric, cone, OPEN, cone]);
  expect(plan.rows.map(({ site }) => site)).toEqual(['full-cone', 'symmetric']);
  expect(plan.columns.map(({ site }) => site)).toEqual(['full-cone-2']);
  expect(plan.further.map(({ side, site }) => [side.name, site])).toEqual([
    ['c', 'open'],
    ['d', 'full-cone-3'],
  ]);
});

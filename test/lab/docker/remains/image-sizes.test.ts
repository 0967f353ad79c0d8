import { expect, it } from 'vitest';
import { sizeTogether } from '../../../../lab/docker/remains/image-sizes.ts';

const rootfs = { id: 'rootfs', size: 200, layers: ['a'] };
const base = { id: 'base', size: 300, layers: ['a', 'b'] };
const app = { id: 'app', size: 350, layers: ['a', 'b', 'c'] };

it('what images have in common is counted once', () => {
  expect(sizeTogether([])).toBe(0);
  expect(sizeTogether([app])).toBe(350);
  expect(sizeTogether([app, rootfs, base])).toBe(350);
  expect(sizeTogether([app, { id: 'other', size: 320, layers: ['a', 'b', 'd'] }, base])).toBe(370);
  expect(sizeTogether([rootfs, { id: 'foreign', size: 10, layers: ['x'] }])).toBe(210);
});

it('an image with two tags is counted once', () => {
  expect(sizeTogether([base, base])).toBe(300);
});

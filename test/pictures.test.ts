import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { detectPicture } from '../docs/pictures/detect.ts';

it('the picture in README is what natcheck detect prints today', () => {
  const committed = readFileSync(new URL('../docs/pictures/detect.svg', import.meta.url), 'utf8');
  expect(detectPicture()).toBe(committed);
});

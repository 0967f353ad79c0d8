import { expect, it } from 'vitest';
import { renderLeft, renderPruned } from '../../../../cli/render/lab/lab-remains.ts';
import type { Remains } from '../../../../lab/docker/remains/remains.ts';

const NOTHING: Remains = {
  images: null,
  fileSystems: { count: 0, bytes: 0, dir: '/cache' },
  engines: { count: 0, bytes: 0, dir: '/cache' },
  kept: [],
};
const SOMETHING: Remains = {
  images: { count: 3, bytes: 440_000_000, host: 'unix:///engine.sock' },
  fileSystems: { count: 1, bytes: 250_000_000, dir: '/cache' },
  engines: { count: 2, bytes: 1_500_000_000, dir: '/cache' },
  kept: ['private engine 1 is running: its data stays'],
};

it('what is left is said in one line, if there is anything', () => {
  expect(renderLeft(NOTHING)).toBe('');
  expect(renderLeft(SOMETHING)).toBe(
    'left for the next lab: 3 images on unix:///engine.sock (440.0 MB); 1 file system in /cache (250.0 MB); ' +
      '2 private engines in /cache (1.5 GB); natcheck lab prune removes them\n',
  );
});

it('what was removed is said with what stays and how much is free now', () => {
  expect(renderPruned(SOMETHING)).toBe(`\
removed 3 images on unix:///engine.sock (440.0 MB)
removed 1 file system in /cache (250.0 MB)
removed 2 private engines in /cache (1.5 GB)
private engine 1 is running: its data stays
2.2 GB freed`);
  expect(renderPruned(NOTHING)).toBe('nothing to remove');
});

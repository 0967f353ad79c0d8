/** The drawing of a QR code. */
import { describe, expect, it } from 'vitest';
import { darkModules } from '../../../../page/friend/view/dark-modules.ts';

describe('the dark modules', () => {
  it('are one stroke for each run of them in a row', () => {
    const rows = [
      [true, true, false, true],
      [false, false, false, false],
      [false, true, false, false],
    ];
    expect(darkModules(rows)).toBe('M0 0h2v1h-2zM3 0h1v1h-1zM1 2h1v1h-1z');
  });
});

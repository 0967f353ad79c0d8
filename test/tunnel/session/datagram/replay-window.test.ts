import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createReplayWindow, REPLAY_WINDOW } from '../../../../src/tunnel/session/datagram/replay-window.ts';

/** What the window has to do, by a set that forgets nothing. */
function createSimple(): { readonly isNew: (counter: number) => boolean; readonly add: (counter: number) => void } {
  const seen = new Set<number>();
  let newest = -1;
  return {
    isNew: (counter) => !seen.has(counter) && counter > newest - REPLAY_WINDOW,
    add: (counter) => {
      seen.add(counter);
      newest = Math.max(newest, counter);
    },
  };
}

const steps = fc.array(
  fc.oneof(
    fc.integer({ min: -2 * REPLAY_WINDOW, max: 2 * REPLAY_WINDOW }),
    fc.integer({ min: -40, max: 40 }),
    fc.integer({ min: 0, max: 2 ** 40 }),
  ),
  { maxLength: 300 },
);

describe('the window against replay', () => {
  it('takes what a simple set would take, whatever the order of the counters', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 45 }), steps, (start, jumps) => {
        const [window, simple] = [createReplayWindow(), createSimple()];
        let counter = start;
        for (const jump of jumps) {
          counter = Math.max(0, counter + jump);
          expect(window.isNew(counter)).toBe(simple.isNew(counter));
          if (!window.isNew(counter)) continue;
          window.add(counter);
          simple.add(counter);
        }
      }),
    );
  });

  it('takes each counter once, in order or not, and none that is too old to tell', () => {
    const window = createReplayWindow();
    for (const counter of [0, 5, 3, REPLAY_WINDOW + 4]) {
      expect(window.isNew(counter)).toBe(true);
      window.add(counter);
      expect(window.isNew(counter)).toBe(false);
    }
    expect([4, 5, 6].map(window.isNew)).toEqual([false, false, true]);
  });
});

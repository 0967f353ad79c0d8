/** How many pages one source may have. */
import { expect, it } from 'vitest';
import { LAB_LAYOUT } from '../../../../lab/sim/server/stun-server.ts';
import { createBrowsers } from '../../../../server/browser/decisions/browsers.ts';
import { pagesPerSource } from '../../../../server/browser/decisions/limits.ts';
import { placesOf } from '../../../../server/browser/decisions/places.ts';

it('a source that may have more peers may have more pages', () => {
  expect([1, 512, 513, 12_000].map(pagesPerSource)).toEqual([32, 32, 33, 750]);
});

it('it has as many as it may have', () => {
  const browsers = createBrowsers({
    ...{ places: () => placesOf([LAB_LAYOUT]), randomBytes: (length) => new Uint8Array(length) },
    pagesPerSource: 2,
  });
  const answers = [0, 1, 2].flatMap((page) => browsers.handle(0, { kind: 'opened', page, source: 'one' }));
  const types = answers.flatMap((one) => (one.kind === 'send' ? [one.message.type] : []));
  expect(types).toEqual(['welcome', 'welcome', 'error']);
});

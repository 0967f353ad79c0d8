/** How a detection has ended, as it is counted. */
import { expect, it } from 'vitest';
import { createRandom } from '../../../../lab/sim/network/random.ts';
import { LAB_LAYOUT } from '../../../../lab/sim/server/stun-server.ts';
import { createBrowsers } from '../../../../server/browser/decisions/browsers.ts';
import { type DetectionEnd, endOf } from '../../../../server/browser/decisions/counts.ts';
import { PAGES_PER_SOURCE, SILENT_MS, TRIALS_PER_PAGE } from '../../../../server/browser/decisions/limits.ts';
import { placesOf } from '../../../../server/browser/decisions/places.ts';
import type { BrowserResult } from '../../../../src/nat/browser/protocol.ts';

const THEIRS = { ufrag: 'page', pwd: 'a'.repeat(22) };
const BEGIN = {
  ...{ type: 'begin', version: 1, family: 'IPv4' },
  sockets: { control: THEIRS, filtering: THEIRS, base: THEIRS },
};
const NONE = { settled: 0, unsettled: 0, unheard: 0, abandoned: 0, refused: 0 };

/** A server with so many pages of one source. */
function withPages(pages = 1) {
  const { handle, counts } = createBrowsers({
    places: () => placesOf([LAB_LAYOUT]),
    randomBytes: createRandom(7).bytes,
  });
  for (let page = 1; page <= pages; page++) handle(0, { kind: 'opened', page, source: 'source' });
  const say = (message: object): void => {
    handle(0, { kind: 'message', page: 1, text: JSON.stringify(message) });
  };
  return { handle, say, ends: counts.ends };
}

it('without a packet that came', () => {
  const { handle, say, ends } = withPages();
  say(BEGIN);
  say({ type: 'started', family: 'IPv4' });
  handle(SILENT_MS - 1, { kind: 'tick' });
  expect(ends).toEqual(NONE);
  handle(SILENT_MS, { kind: 'tick' });
  handle(SILENT_MS, { kind: 'closed', page: 1 });
  expect(ends).toEqual({ ...NONE, unheard: 1 });
});

it('with a page that has gone, or has begun anew', () => {
  const { handle, say, ends } = withPages();
  say(BEGIN);
  say(BEGIN);
  expect(ends).toEqual({ ...NONE, abandoned: 1 });
  handle(0, { kind: 'closed', page: 1 });
  expect(ends).toEqual({ ...NONE, abandoned: 2 });
});

it('before it was begun, where there is no room, or the page is not understood or has begun too many', () => {
  expect(withPages(PAGES_PER_SOURCE + 2).ends).toEqual({ ...NONE, refused: 2 });
  const foreign = withPages();
  foreign.say({ ...BEGIN, version: 2 });
  expect(foreign.ends).toEqual({ ...NONE, refused: 1 });
  const greedy = withPages();
  for (let begun = 0; begun <= TRIALS_PER_PAGE; begun++) greedy.say(BEGIN);
  expect(greedy.ends).toEqual({ ...NONE, abandoned: TRIALS_PER_PAGE - 1, refused: 1 });
});

it.each<[string, Partial<BrowserResult>, DetectionEnd]>([
  ['both findings', {}, 'settled'],
  ['one finding', { filtering: { behavior: 'undetermined', reason: 'deadline' } }, 'unsettled'],
  ['none, since nothing came', { isHeard: false }, 'unheard'],
])('with %s', (_, result, end) => {
  const found = { behavior: 'endpoint-independent', reason: null } as const;
  const whole = { type: 'result', family: 'IPv4', isHeard: true, mapping: found, filtering: found } as const;
  expect(endOf({ ...whole, public: null, probes: [], elapsedMs: 0, ...result })).toBe(end);
});

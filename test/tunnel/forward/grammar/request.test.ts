import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseExposed } from '../../../../src/tunnel/forward/grammar/parse-exposed.ts';
import { parseForward } from '../../../../src/tunnel/forward/grammar/parse-forward.ts';
import { proposeForwards } from '../../../../src/tunnel/forward/grammar/proposal.ts';
import { createMatch, requestOf } from '../../../../src/tunnel/forward/grammar/request.ts';
import { formatTarget } from '../../../../src/tunnel/forward/grammar/target.ts';

/** What a forward gets when those are exposed. */
function reached(exposed: readonly string[], forward: string): string | null {
  const target = createMatch(parseExposed(exposed))(requestOf(parseForward(forward).target));
  return target && formatTarget(target);
}

describe('what is exposed', () => {
  it.each([
    [['22'], '2222:22', '22'],
    [['22'], '2222:localhost:22', '22'],
    [['22'], '2222:127.0.0.1:22', '22'],
    [['localhost:22'], '2222:22', 'localhost:22'],
    [['127.0.0.1:22'], '2222:22', '127.0.0.1:22'],
    [['[::1]:22'], '2222:22', '[::1]:22'],
    [['[::1]:22'], '2222:127.0.0.1:22', null],
    [['53/udp'], '5353:53/udp', '53/udp'],
    [['53/udp'], '5353:53', null],
    [['53', '53/udp'], '5353:53', '53'],
    [['web.internal:80'], '8080:web.internal:80', 'web.internal:80'],
    [['web.internal:80'], '8080:WEB.internal:80', 'web.internal:80'],
    // A number alone is a port of the exposing host, and of no other.
    [['web.internal:80'], '8080:80', null],
    [['22'], '2222:0.0.0.0:22', null],
    [['22'], '2222:23', null],
    [['/run/app.sock'], '8080:/run/app.sock', '/run/app.sock'],
    [['/run/app.sock'], '8080:/run/../run/app.sock', '/run/app.sock'],
    [['/run/app.sock'], '8080:/run/other.sock', null],
    // What is named in so many words goes before another name of something else.
    [['localhost:22', '22'], '2222:22', '22'],
    [['22', '127.0.0.1:22'], '2222:127.0.0.1:22', '127.0.0.1:22'],
  ])('as %j gives %s %s', (exposed, forward, target) => {
    expect(reached(exposed, forward)).toBe(target);
  });

  it('is reached by no other text than one of its names', () => {
    const match = createMatch(parseExposed(['22', 'web.internal:80', '/run/app.sock', '53/udp']));
    const names = new Set([
      ...['tcp 22', 'tcp localhost:22', 'tcp 127.0.0.1:22', 'tcp web.internal:80', 'unix /run/app.sock'],
      ...['udp 53', 'udp localhost:53', 'udp 127.0.0.1:53'],
    ]);
    expect([...names].every((name) => match(name) !== null)).toBe(true);
    const piece = fc.constantFrom('tcp', ' ', '22', 'localhost', ':', 'unix', '/run/app.sock', '\0', '..', '53', 'udp');
    const hostile = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 512 }),
      fc.constantFrom('__proto__', 'constructor', 'tcp 022', 'TCP 22', 'tcp 22 ', ' tcp 22', 'tcp  22', 'tcp 22\n'),
      fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
    );
    fc.assert(
      fc.property(hostile, (request) => {
        expect(match(request) !== null).toBe(names.has(request));
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('what is proposed to the other side', () => {
  it.each([
    [['22'], ['8022:22']],
    [
      ['80', '8080'],
      ['8080:80', '8081:8080'],
    ],
    [
      ['8080', '51820/udp', 'localhost:5432'],
      ['8080', '51820/udp', '5432:localhost:5432'],
    ],
    [
      ['/run/a.sock', './b.sock'],
      ['8000:/run/a.sock', '8001:./b.sock'],
    ],
    [
      ['53', '53/udp'],
      ['8053:53', '8053:53/udp'],
    ],
    [
      ['65535', 'web:65535'],
      ['65535', '1024:web:65535'],
    ],
  ])('for %j is %j', (exposed, forwards) => {
    expect(proposeForwards(parseExposed(exposed))).toEqual(forwards);
  });

  it('reaches each of what is exposed', () => {
    const exposed = ['22', 'localhost:22', '[::1]:80', 'web:443', '/run/x', '53/udp', '22/udp'];
    const reach = proposeForwards(parseExposed(exposed)).map((forward) => reached(exposed, forward));
    expect(reach).toEqual(exposed);
  });
});

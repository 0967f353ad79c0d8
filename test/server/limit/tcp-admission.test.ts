/** How many TCP connections are admitted, under a test's clock. */
import { describe, expect, it } from 'vitest';
import { createAdmission } from '../../../server/limit/tcp-admission.ts';

const A = '192.0.2.1';
const B = '192.0.2.2';

describe('one source', () => {
  it('has so many connections at a time, and one more when one has ended, whatever others have', () => {
    const { enter, leave, size } = createAdmission({ connections: 10, connectionsPerSource: 2 });
    expect([enter(0, A), enter(0, A), enter(0, A), enter(0, B)]).toEqual([null, null, 'source-full', null]);
    leave(1, A);
    expect([enter(1, A), enter(1, A)]).toEqual([null, 'source-full']);
    expect(size()).toBe(3);
  });

  it('begins twice as many at once, and as many again in a minute', () => {
    const { enter, leave } = createAdmission({ connections: 10, connectionsPerSource: 2 });
    const begin = (now: number): unknown => {
      const refusal = enter(now, A);
      if (refusal === null) leave(now, A);
      return refusal;
    };
    expect([begin(0), begin(0), begin(0), begin(0), begin(0)]).toEqual([null, null, null, null, 'source-busy']);
    expect([begin(14_999), begin(15_000), begin(15_000)]).toEqual(['source-busy', null, 'source-busy']);
    expect(enter(15_000, B)).toBeNull();
  });

  it('is a /64 of IPv6', () => {
    const { enter } = createAdmission({ connections: 10, connectionsPerSource: 1 });
    expect([enter(0, '2001:db8::1'), enter(0, '2001:db8::2'), enter(0, '2001:db8:0:1::1')]).toEqual([
      null,
      'source-full',
      null,
    ]);
  });

  it('is an IPv4 address in whatever form', () => {
    const { enter } = createAdmission({ connections: 10, connectionsPerSource: 1 });
    expect([enter(0, A), enter(0, `::ffff:${A}`)]).toEqual([null, 'source-full']);
  });
});

describe('all sources', () => {
  it('have so many connections together, and each refusal is counted by its reason', () => {
    const { enter, leave, refused } = createAdmission({ connections: 3, connectionsPerSource: 1 });
    const all = ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4'];
    expect(all.map((one) => enter(0, one))).toEqual([null, null, null, 'full']);
    leave(0, A);
    expect([enter(0, B), enter(0, '192.0.2.4')]).toEqual(['source-full', null]);
    expect(refused).toEqual({ full: 1, 'source-full': 1, 'source-busy': 0 });
  });

  it('are forgotten when they have nothing open and may begin as much as a new one', () => {
    const { enter, leave, sources } = createAdmission({ connections: 1_000, connectionsPerSource: 2 });
    for (let n = 0; n < 250; n++) enter(0, `192.0.2.${n}`);
    expect(sources()).toBe(250);
    for (let n = 0; n < 250; n++) leave(n < 200 ? 15_000 : 14_999, `192.0.2.${n}`);
    expect(sources()).toBe(50);
    enter(60_000, A);
    expect(sources()).toBe(1);
  });

  it('that came and went at once are forgotten within a second of when they may begin as much as new ones', () => {
    const { enter, leave, sources } = createAdmission({ connections: 1_000, connectionsPerSource: 2 });
    for (let n = 0; n < 250; n++) {
      enter(0, `192.0.2.${n}`);
      leave(0, `192.0.2.${n}`);
    }
    expect(sources()).toBe(250);
    enter(14_999, '192.0.2.250');
    expect(sources()).toBe(251);
    enter(15_999, '192.0.2.250');
    expect(sources()).toBe(1);
  });

  it('that never entered are not counted off', () => {
    const { leave, size, sources } = createAdmission({ connections: 3, connectionsPerSource: 1 });
    leave(0, A);
    expect([size(), sources()]).toEqual([0, 0]);
  });
});

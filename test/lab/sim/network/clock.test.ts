import { describe, expect, it } from 'vitest';
import { createClock, runUntil } from '../../../../lab/sim/network/clock.ts';
import { createRandom } from '../../../../lab/sim/network/random.ts';

describe('clock', () => {
  it('runs events in the order of their times, whatever the order of their scheduling', () => {
    const clock = createClock();
    const random = createRandom(1);
    const times = Array.from({ length: 1000 }, () => random.integer(200));
    const ran: number[] = [];
    for (const at of times) clock.schedule(at, () => ran.push(clock.now()));
    clock.runToIdle();
    expect(ran).toEqual(times.toSorted((a, b) => a - b));
    expect(clock.events()).toBe(1000);
  });

  it('runs events of the same time in the order of their scheduling', () => {
    const clock = createClock();
    const ran: number[] = [];
    for (let index = 0; index < 100; index++) clock.schedule(index % 2, () => ran.push(index));
    clock.runToIdle();
    const even = Array.from({ length: 50 }, (_, index) => 2 * index);
    expect(ran).toEqual([...even, ...even.map((index) => index + 1)]);
  });

  it('runs what is scheduled for the past next, without going back in time', () => {
    const clock = createClock();
    const seen: number[] = [];
    clock.schedule(10, () => clock.schedule(3, () => seen.push(clock.now())));
    clock.runToIdle();
    expect(seen).toEqual([10]);
  });

  it('runs events up to a time, included, and stands there then', () => {
    const clock = createClock();
    const ran: number[] = [];
    for (const at of [5, 10, 11]) clock.schedule(at, () => ran.push(at));
    clock.runUntil(10);
    expect(ran).toEqual([5, 10]);
    clock.runUntil(10.5);
    expect(clock.now()).toBe(10.5);
    expect(clock.step()).toBe(true);
    expect(clock.step()).toBe(false);
    expect(ran).toEqual([5, 10, 11]);
  });

  it('runs nothing that was cancelled, and does not stop at its time', () => {
    const clock = createClock();
    const ran: number[] = [];
    const cancels = [5, 10, 15].map((at) => clock.schedule(at, () => ran.push(at)));
    cancels[0]?.();
    expect(clock.nextAt()).toBe(10);
    expect(clock.step()).toBe(true);
    cancels[1]?.();
    cancels[2]?.();
    expect(clock.step()).toBe(false);
    expect({ ran, now: clock.now(), events: clock.events(), nextAt: clock.nextAt() }).toEqual({
      ran: [10],
      now: 10,
      events: 1,
      nextAt: Number.POSITIVE_INFINITY,
    });
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('schedules nothing for %s', (at) => {
    expect(() => createClock().schedule(at, () => {})).toThrow(new RegExp(`the time of an event is ${at}; it must be`));
  });
});

describe('a run', () => {
  /** Ticks every 10 ms, `count` times. */
  const ticking = (count: number) => {
    const clock = createClock();
    let ticks = 0;
    const tick = (): void => {
      ticks++;
      if (ticks < count) clock.schedule(clock.now() + 10, tick);
    };
    clock.schedule(10, tick);
    return { clock, ticks: () => ticks };
  };

  it('ends as soon as its condition holds', () => {
    const { clock, ticks } = ticking(10);
    expect(runUntil({ clock }, () => ticks() === 3)).toBe('condition');
    expect([ticks(), clock.now()]).toEqual([3, 30]);
    expect(runUntil({ clock }, () => true)).toBe('condition');
    expect([ticks(), clock.now()]).toEqual([3, 30]);
  });

  it('ends when nothing is left to happen', () => {
    const { clock, ticks } = ticking(4);
    expect(runUntil({ clock }, () => false)).toBe('idle');
    expect([ticks(), clock.now()]).toEqual([4, 40]);
  });

  it('ends at the bound of virtual time, counted from its start, and stands there', () => {
    const { clock, ticks } = ticking(10);
    expect(runUntil({ clock }, () => false, { maxVirtualMs: 20 })).toBe('max-virtual-ms');
    expect([ticks(), clock.now()]).toEqual([2, 20]);
    expect(runUntil({ clock }, () => false, { maxVirtualMs: 25 })).toBe('max-virtual-ms');
    expect([ticks(), clock.now()]).toEqual([4, 45]);
  });

  it('ends at the bound of events, counted from its start', () => {
    const { clock, ticks } = ticking(10);
    expect(runUntil({ clock }, () => false, { maxEvents: 2 })).toBe('max-events');
    expect(runUntil({ clock }, () => false, { maxEvents: 3 })).toBe('max-events');
    expect([ticks(), clock.now()]).toEqual([5, 50]);
  });

  it.each(['maxEvents', 'maxVirtualMs'])('refuses a bound that is no number: %s', (bound) => {
    const { clock } = ticking(1);
    const run = () => runUntil({ clock }, () => false, { [bound]: Number.NaN });
    expect(run).toThrow(new RangeError(`${bound} is NaN; it must be a number of at least 0`));
  });
});

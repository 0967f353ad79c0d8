import { describe, expect, it } from 'vitest';
import { createClock } from '../../../../lab/sim/network/clock.ts';
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
});

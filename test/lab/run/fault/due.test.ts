import { expect, it } from 'vitest';
import type { Fault } from '../../../../lab/file/lab-file.ts';
import { dueState, handleDue, wakeAt } from '../../../../lab/run/fault/due.ts';

const CUT: Fault['what'] = { kind: 'cut', side: 'a' };
const after = (afterMs: number): Fault => ({ when: { kind: 'time', afterMs }, what: CUT });
const afterLine = (afterMs: number): Fault => ({
  when: { kind: 'line', of: 'a', pattern: /connected/, afterMs },
  what: CUT,
});

it('a fault is due so long after the start, once, and those due before others come before them', () => {
  const faults = [after(3000), after(1000), after(2000)];
  const state = dueState(faults, 500);
  expect(wakeAt(state)).toBe(1500);
  expect(handleDue(1499, { faults, state }, { kind: 'timeout' })).toEqual([]);
  expect(handleDue(2600, { faults, state }, { kind: 'timeout' })).toEqual([1, 2]);
  expect(wakeAt(state)).toBe(3500);
  expect(handleDue(9000, { faults, state }, { kind: 'timeout' })).toEqual([0]);
  expect(wakeAt(state)).toBe(Number.POSITIVE_INFINITY);
});

it('a fault that waits for a line is due so long after that, and at once without a wait', () => {
  const faults = [afterLine(1000), afterLine(0)];
  const state = dueState(faults, 0);
  expect(wakeAt(state)).toBe(Number.POSITIVE_INFINITY);
  expect(handleDue(5000, { faults, state }, { kind: 'timeout' })).toEqual([]);
  expect(handleDue(6000, { faults, state }, { kind: 'line', fault: 1 })).toEqual([1]);
  expect(handleDue(7000, { faults, state }, { kind: 'line', fault: 0 })).toEqual([]);
  expect(wakeAt(state)).toBe(8000);
  expect(handleDue(8000, { faults, state }, { kind: 'timeout' })).toEqual([0]);
});

it('faults that are due at once come in the order of the file', () => {
  const faults = [after(0), after(0)];
  expect(handleDue(0, { faults, state: dueState(faults, 0) }, { kind: 'timeout' })).toEqual([0, 1]);
});

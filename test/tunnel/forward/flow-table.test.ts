import { describe, expect, it } from 'vitest';
import { createFlowTable, FLOW_IDLE_MS, FLOWS_MAX, type FlowTable } from '../../../src/tunnel/forward/flow-table.ts';
import { createManualClock, type ManualClock } from './clock.ts';

interface Watched {
  readonly clock: ManualClock;
  readonly table: FlowTable<{ readonly end: () => void }>;
  readonly ended: string[];
  readonly add: (key: string) => void;
}

function watched(flowsMax?: number): Watched {
  const clock = createManualClock();
  const table = createFlowTable({ clock, flowsMax });
  const ended: string[] = [];
  return { clock, table, ended, add: (key) => table.add(key, { end: () => void ended.push(key) }) };
}

describe('a flow', () => {
  it('ends when it has been idle for 60 s, and not before', () => {
    const { clock, table, ended, add } = watched();
    add('a');
    clock.advance(FLOW_IDLE_MS - 1);
    expect([table.size(), ended]).toEqual([1, []]);
    clock.advance(1);
    expect([table.size(), ended, clock.pending()]).toEqual([0, ['a'], 0]);
  });

  it('lives on for 60 s from its last use', () => {
    const { clock, table, ended, add } = watched();
    add('a');
    add('b');
    clock.advance(40_000);
    expect(table.use('a')).not.toBeNull();
    clock.advance(40_000);
    expect(ended).toEqual(['b']);
    clock.advance(20_000);
    expect(ended).toEqual(['b', 'a']);
  });

  it('that has been idle for longest gives its place to a new one', () => {
    const { clock, table, ended, add } = watched(2);
    add('a');
    clock.advance(1);
    add('b');
    table.use('a');
    add('c');
    expect([table.size(), ended]).toEqual([2, ['b']]);
  });

  it('is one of 1,024 at most', () => {
    const { table, ended, add } = watched();
    for (let index = 0; index < FLOWS_MAX + 10; index++) add(String(index));
    expect([FLOWS_MAX, table.size()]).toEqual([1_024, 1_024]);
    expect(ended).toEqual(Array.from({ length: 10 }, (_, index) => String(index)));
  });

  it('ends once, and only as long as it is the one under its key', () => {
    const { table, ended } = watched();
    const first = { end: () => void ended.push('first') };
    table.add('a', first);
    table.end('a', first);
    table.add('a', { end: () => void ended.push('second') });
    table.end('a', first);
    expect([ended, table.size()]).toEqual([['first'], 1]);
  });

  it('ends with its table, which then waits for nothing', () => {
    const { clock, table, ended, add } = watched();
    add('a');
    add('b');
    table[Symbol.dispose]();
    expect([ended, table.size(), clock.pending()]).toEqual([['a', 'b'], 0, 0]);
  });
});

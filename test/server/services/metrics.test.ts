/** The metrics of several processes make one page. */

import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { Registry } from 'prom-client';
import { afterEach, expect, it, vi } from 'vitest';
import { addCounter, addGauge } from '../../../server/operations/metrics.ts';
import { createMetricsReader, sumWith } from '../../../server/services/metrics.ts';

afterEach(() => vi.useRealTimers());

function registryOf(replies: number, isOpen: number, load: number): Registry {
  const registry = new Registry();
  addCounter(registry, { name: 'replies_total', help: 'Replies.', read: () => replies });
  addGauge(registry, { name: 'relay_open', help: 'Open.', aggregator: 'max', read: () => isOpen });
  addGauge(registry, { name: 'relay_load', help: 'Load.', aggregator: 'average', read: () => load });
  return registry;
}

it('counts are summed, parts of shares are averaged, and what is said by each alike is said once', async () => {
  const workers = [registryOf(2, 1, 0.5), registryOf(3, 1, 0)];
  const all = sumWith(new Registry(), () => Promise.all(workers.map((one) => one.getMetricsAsJSON())));
  const lines = (await all.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  expect(lines).toEqual(['replies_total 5', 'relay_open 1', 'relay_load 0.25']);
});

/** A worker that answers, or does not. */
function fakeWorker(answer: (asked: number) => void): ChildProcess {
  const send = ({ asked }: { readonly asked: number }): void => answer(asked);
  return Object.assign(new EventEmitter(), { connected: true, send }) as unknown as ChildProcess;
}

it('a worker that says nothing, or ends, is left out', async () => {
  vi.useFakeTimers();
  const told = (name: string) => [{ name, help: '', type: 'gauge', aggregator: 'sum', collect: () => {} }] as never;
  const ending = fakeWorker(() => void ending.emit('exit', 1));
  const answering = fakeWorker((asked) => reader.hear({ kind: 'metrics', asked, metrics: told('replies') }));
  const reader = createMetricsReader(() => [fakeWorker(() => {}), answering, ending]);
  const read = reader.read();
  await vi.advanceTimersByTimeAsync(1_000);
  expect((await read).map(([one]) => one?.name)).toEqual(['replies']);
});

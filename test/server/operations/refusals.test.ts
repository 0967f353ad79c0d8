/** Refusals in the log: one line for each reason, however many there were. */
import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import type { LogFields } from '../../../server/operations/log.ts';
import { addCounter } from '../../../server/operations/metrics.ts';
import { createRefusalReport } from '../../../server/operations/refusals.ts';
import { startRelayServer } from '../turn/relay-server.ts';

it('are told with how often, since they were told last', async () => {
  const metrics = new Registry();
  const counts = { 'source-full': 0, 'source-busy': 0 };
  addCounter(metrics, {
    ...{ name: 'natcheck_tcp_refused_total', help: '.', labelNames: ['service', 'reason'] },
    read: () => Object.entries(counts).map(([reason, value]) => ({ labels: { service: 'http', reason }, value })),
  });
  const told: (LogFields | undefined)[] = [];
  const report = createRefusalReport(metrics, (_, event, fields) => event === 'refused' && told.push(fields));
  await report();
  expect(told.splice(0)).toEqual([]);
  counts['source-full'] = 100_000;
  await report();
  expect(told.splice(0)).toEqual([{ service: 'http', reason: 'source-full', times: 100_000 }]);
  await report();
  expect(told.splice(0)).toEqual([]);
  counts['source-full']++;
  counts['source-busy']++;
  await report();
  expect(told.splice(0)).toEqual([
    { service: 'http', reason: 'source-full', times: 1 },
    { service: 'http', reason: 'source-busy', times: 1 },
  ]);
});

it('leave out what comes to every server, and every client', async () => {
  const metrics = new Registry();
  const reads = { natcheck_relay_refused_total: 'code', natcheck_relay_dropped_total: 'reason' };
  const seen = { code: ['401', '438', '508'], reason: ['malformed', 'bandwidth'] };
  for (const [name, label] of Object.entries(reads)) {
    const values = seen[label as keyof typeof seen].map((one) => ({ labels: { [label]: one }, value: 2 }));
    addCounter(metrics, { name, help: '.', labelNames: [label], read: () => values });
  }
  const told: unknown[] = [];
  await createRefusalReport(metrics, (_, _event, fields) => told.push(fields?.reason))();
  expect(told).toEqual(['508', 'bandwidth']);
});

it('are those of every counter that a server has of them', async () => {
  await using server = await startRelayServer({}, { partner: { hosts: ['127.0.0.2'], secret: 'x'.repeat(22) } });
  const text = await (await fetch(`http://127.0.0.1:${server.httpPort}/metrics`)).text();
  const counters = [...text.matchAll(/^# TYPE (natcheck_\w+(?:refused|dropped|unanswered)\w*) /gm)].map(
    ([, name]) => name,
  );
  expect(counters.toSorted()).toEqual([
    'natcheck_partner_refused_total',
    'natcheck_relay_dropped_total',
    'natcheck_relay_refused_total',
    'natcheck_rendezvous_refused_total',
    'natcheck_stun_unanswered_total',
    'natcheck_tcp_refused_total',
  ]);
});

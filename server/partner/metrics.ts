/** What passes between partners as Prometheus metrics. */
import type { Registry } from 'prom-client';
import type { Family } from '../../src/endpoint.ts';
import { addCounter, addGauge, type Sample } from '../operations/metrics.ts';
import type { PartnerCounts } from './decisions/counts.ts';
import { STANDINGS, type Standing } from './decisions/standing.ts';

export function addPartnerMetrics(
  registry: Registry,
  counts: PartnerCounts,
  partners: () => readonly { readonly family: Family; readonly standing: () => Standing }[],
): void {
  addGauge(registry, {
    name: 'natcheck_partner_standing',
    help: 'How it stands with the partner of each family: 1 at what is true now. Behaviour tests are on offer while it is up.',
    labelNames: ['family', 'standing'],
    read: () =>
      partners().flatMap(({ family, standing }) => {
        const now = standing();
        return STANDINGS.map((one) => ({ labels: { family, standing: one }, value: one === now ? 1 : 0 }));
      }),
  });
  addCounter(registry, {
    name: 'natcheck_partner_sent_total',
    help: 'Datagrams sent to the partner; each hand-over is a request that it is to answer.',
    labelNames: ['message'],
    read: () => samplesOf('message', counts.sent),
  });
  addCounter(registry, {
    name: 'natcheck_partner_taken_total',
    help: 'Datagrams of the partner that were acted on.',
    labelNames: ['message'],
    read: () => samplesOf('message', counts.taken),
  });
  addCounter(registry, {
    name: 'natcheck_partner_refused_total',
    help: 'Datagrams that claim to be from the partner, and what they ask for, that led to nothing, by reason.',
    labelNames: ['reason'],
    read: () => samplesOf('reason', counts.refused),
  });
  addCounter(registry, {
    name: 'natcheck_partner_unsent_total',
    help: 'Datagrams to the partner that could not be sent, by reason.',
    labelNames: ['reason'],
    read: () => samplesOf('reason', counts.unsent),
  });
}

function samplesOf(label: string, counts: Readonly<Record<string, number>>): readonly Sample[] {
  return Object.entries(counts).map(([name, value]) => ({ labels: { [label]: name }, value }));
}

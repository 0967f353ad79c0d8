/** TCP connections as Prometheus metrics. */
import type { Registry } from 'prom-client';
import { ADMISSION_REFUSALS, type Admission } from '../limit/tcp-admission.ts';
import { addCounter, addGauge } from '../operations/metrics.ts';

export function addConnectionMetrics(registry: Registry, admissions: Readonly<Record<string, Admission>>): void {
  const each = Object.entries(admissions);
  addGauge(registry, {
    name: 'natcheck_tcp_connections',
    help: 'TCP connections by service, including those still in their TLS handshake.',
    labelNames: ['service'],
    read: () => each.map(([service, { size }]) => ({ labels: { service }, value: size() })),
  });
  addCounter(registry, {
    name: 'natcheck_tcp_refused_total',
    help: 'TCP connections closed at once, by reason.',
    labelNames: ['service', 'reason'],
    read: () =>
      each.flatMap(([service, { refused }]) =>
        ADMISSION_REFUSALS.map((reason) => ({ labels: { service, reason }, value: refused[reason] })),
      ),
  });
}

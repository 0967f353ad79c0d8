/** TCP connections as Prometheus metrics, read when they are asked for. */
import { Counter, Gauge, type Registry } from 'prom-client';
import { ADMISSION_REFUSALS, type Admission } from '../limit/tcp-admission.ts';

export function addConnectionMetrics(registry: Registry, admissions: Readonly<Record<string, Admission>>): void {
  const registers = [registry];
  const each = Object.entries(admissions);
  new Gauge({
    name: 'natcheck_tcp_connections',
    help: 'TCP connections by what they are for, those still shaking hands among them.',
    labelNames: ['service'],
    registers,
    collect() {
      for (const [service, { size }] of each) this.set({ service }, size());
    },
  });
  new Counter({
    name: 'natcheck_tcp_refused_total',
    help: 'TCP connections closed at once, by reason.',
    labelNames: ['service', 'reason'],
    registers,
    collect() {
      this.reset();
      for (const [service, { refused }] of each) {
        for (const reason of ADMISSION_REFUSALS) this.inc({ service, reason }, refused[reason]);
      }
    },
  });
}

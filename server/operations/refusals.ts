/** Logs what the server has refused: one line for each reason, however often, so that nobody fills the log from outside. */
import type { Registry } from 'prom-client';
import type { ServerLog } from './log.ts';

/** How often it is told. */
const REFUSALS_EVERY_MS = 10_000;

/** The counters of refusals, the service that each is of, and the label that has the reason. */
const COUNTERS = [
  { name: 'natcheck_tcp_refused_total', service: 'tcp', label: 'reason' },
  { name: 'natcheck_rendezvous_refused_total', service: 'rendezvous', label: 'reason' },
  { name: 'natcheck_relay_refused_total', service: 'relay', label: 'code' },
  { name: 'natcheck_relay_dropped_total', service: 'relay', label: 'reason' },
  { name: 'natcheck_partner_refused_total', service: 'partner', label: 'reason' },
  { name: 'natcheck_stun_unanswered_total', service: 'stun', label: 'reason' },
] as const;

/**
 * Every client of a relay is asked for credentials first (401), and for new ones now and then (438); and what is no STUN comes
 * to every public port.
 */
const USUAL: ReadonlySet<string> = new Set(['relay 401', 'relay 438', 'relay malformed', 'stun malformed']);

/** Gives a function that logs what was refused since it was called last. */
export function createRefusalReport(metrics: Registry, log: ServerLog): () => Promise<void> {
  const told = new Map<string, number>();
  return async () => {
    for (const { name, service, label } of COUNTERS) {
      const values = (await metrics.getSingleMetric(name)?.get())?.values ?? [];
      for (const { labels, value } of values) {
        const of = 'service' in labels ? String(labels.service) : service;
        const reason = String(labels[label]);
        const key = `${name} ${of} ${reason}`;
        const times = value - (told.get(key) ?? 0);
        told.set(key, value);
        if (times > 0 && !USUAL.has(`${service} ${reason}`)) log('info', 'refused', { service: of, reason, times });
      }
    }
  };
}

/** Logs them until this is disposed of. */
export function reportRefusals(metrics: Registry, log: ServerLog): Disposable {
  const report = createRefusalReport(metrics, log);
  const timer = setInterval(() => void report(), REFUSALS_EVERY_MS).unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

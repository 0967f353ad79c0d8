/** The counts and the process as Prometheus metrics, in a registry of their own. */
import { Counter, collectDefaultMetrics, Registry } from 'prom-client';
import { RECEIVED_CLASSES, REPLY_CLASSES, type StunCounts, TRANSPORTS, UNANSWERED_REASONS } from './counts.ts';

/** The metrics are read from the counts when they are asked for, so that a datagram costs an increment and no more. */
export function createMetrics(counts: StunCounts): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];

  new Counter({
    name: 'natcheck_stun_received_total',
    help: 'Datagrams received, by the class that their header claims; classic is RFC 3489.',
    labelNames: ['transport', 'class', 'classic'],
    registers,
    collect() {
      this.reset();
      for (const transport of TRANSPORTS) {
        for (const received of RECEIVED_CLASSES) {
          const { modern, classic } = counts.received[transport][received];
          this.inc({ transport, class: received, classic: 'false' }, modern);
          this.inc({ transport, class: received, classic: 'true' }, classic);
        }
      }
    },
  });

  new Counter({
    name: 'natcheck_stun_replies_total',
    help: 'Replies sent; a redirected one leaves from another socket, or for another port, than the request had.',
    labelNames: ['transport', 'class', 'redirected'],
    registers,
    collect() {
      this.reset();
      for (const transport of TRANSPORTS) {
        for (const kind of REPLY_CLASSES) {
          const { direct, redirected } = counts.replied[transport][kind];
          this.inc({ transport, class: kind, redirected: 'false' }, direct);
          this.inc({ transport, class: kind, redirected: 'true' }, redirected);
        }
      }
    },
  });

  new Counter({
    name: 'natcheck_stun_unanswered_total',
    help: 'Datagrams left without a reply, by reason.',
    labelNames: ['reason'],
    registers,
    collect() {
      this.reset();
      for (const reason of UNANSWERED_REASONS) this.inc({ reason }, counts.unanswered[reason]);
    },
  });

  return registry;
}

/** The STUN service's counts as Prometheus metrics. */
import type { Registry } from 'prom-client';
import { addCounter, type Sample } from '../operations/metrics.ts';
import { RECEIVED_CLASSES, REPLY_CLASSES, type StunCounts, TRANSPORTS, UNANSWERED_REASONS } from './counts.ts';

export function addStunMetrics(registry: Registry, counts: StunCounts): void {
  addCounter(registry, {
    name: 'natcheck_stun_received_total',
    help: 'Datagrams received, by the class that their header claims; classic is RFC 3489.',
    labelNames: ['transport', 'class', 'classic'],
    read: () => received(counts),
  });
  addCounter(registry, {
    name: 'natcheck_stun_replies_total',
    help: 'Replies sent; a redirected one leaves from another socket, or for another port, than the request had.',
    labelNames: ['transport', 'class', 'redirected'],
    read: () => replied(counts),
  });
  addCounter(registry, {
    name: 'natcheck_stun_unanswered_total',
    help: 'Datagrams left without a reply, by reason.',
    labelNames: ['reason'],
    read: () => UNANSWERED_REASONS.map((reason) => ({ labels: { reason }, value: counts.unanswered[reason] })),
  });
}

function received(counts: StunCounts): readonly Sample[] {
  return TRANSPORTS.flatMap((transport) =>
    RECEIVED_CLASSES.flatMap((kind) => {
      const { modern, classic } = counts.received[transport][kind];
      const labels = { transport, class: kind };
      return [
        { labels: { ...labels, classic: 'false' }, value: modern },
        { labels: { ...labels, classic: 'true' }, value: classic },
      ];
    }),
  );
}

function replied(counts: StunCounts): readonly Sample[] {
  return TRANSPORTS.flatMap((transport) =>
    REPLY_CLASSES.flatMap((kind) => {
      const { direct, redirected } = counts.replied[transport][kind];
      const labels = { transport, class: kind };
      return [
        { labels: { ...labels, redirected: 'false' }, value: direct },
        { labels: { ...labels, redirected: 'true' }, value: redirected },
      ];
    }),
  );
}

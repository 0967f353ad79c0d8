/** A node of a cluster as Prometheus metrics. */
import type { Registry } from 'prom-client';
import { addCounter, addGauge } from '../operations/metrics.ts';
import type { Cluster } from './decisions/cluster.ts';

export function addClusterMetrics(registry: Registry, { counts, isServing, population }: Cluster): void {
  addCounter(registry, {
    name: 'natcheck_cluster_lapses_total',
    help: 'How often this node gave up all its rooms, since Redis had confirmed nothing for a second.',
    read: () => counts.lapses,
  });
  addCounter(registry, {
    name: 'natcheck_cluster_link_restarts_total',
    help: 'How often the connections over a link to another node were given up, since something may have been lost.',
    read: () => counts.restarts,
  });
  addCounter(registry, {
    name: 'natcheck_cluster_bad_offers_total',
    help: 'How often what another node offered was nothing that a node says.',
    read: () => counts.badOffers,
  });
  addGauge(registry, {
    name: 'natcheck_cluster_serving',
    help: 'Whether this node takes joins: 1, or 0 while Redis cannot be reached.',
    read: () => Number(isServing()),
  });
  addGauge(registry, {
    name: 'natcheck_cluster_rooms',
    help: 'Rooms whose home is this node.',
    read: () => population().rooms,
  });
  addGauge(registry, {
    name: 'natcheck_cluster_guests',
    help: 'Peers in these rooms that are connected to other nodes.',
    read: () => population().guests,
  });
  addGauge(registry, {
    name: 'natcheck_cluster_away',
    help: 'Peers connected to this node whose rooms have other nodes as their homes.',
    read: () => population().away,
  });
}

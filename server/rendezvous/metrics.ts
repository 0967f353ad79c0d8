/** The rendezvous as Prometheus metrics. */
import type { Registry } from 'prom-client';
import { REFUSAL_CODES } from '../../src/rendezvous/protocol/refusal.ts';
import { addCounter, addGauge } from '../operations/metrics.ts';
import { RELAY_PLACES } from './decisions/counts.ts';
import type { Rendezvous } from './decisions/rendezvous.ts';
import type { RendezvousService } from './service.ts';

export function addRendezvousMetrics(registry: Registry, rendezvous: Rendezvous): void {
  addPopulation(registry, rendezvous);
  addEvents(registry, rendezvous);
}

/** Counts what only the service sees of its connections. */
export function addServiceMetrics(registry: Registry, { slowReaders }: Pick<RendezvousService, 'slowReaders'>): void {
  addCounter(registry, {
    name: 'natcheck_rendezvous_slow_readers_total',
    help: 'Peers that were cut off because they did not read what was sent to them.',
    read: slowReaders,
  });
}

function addPopulation(registry: Registry, { population, sources, relays }: Rendezvous): void {
  addGauge(registry, {
    name: 'natcheck_rendezvous_connections',
    help: 'WebSocket connections, joined or not.',
    read: () => population().connections,
  });
  addGauge(registry, {
    name: 'natcheck_rendezvous_peers',
    help: 'Peers in rooms, including those that may come back after a lost connection.',
    read: () => population().peers,
  });
  addGauge(registry, {
    name: 'natcheck_rendezvous_rooms',
    help: 'Rooms with a peer in them.',
    read: () => population().rooms,
  });
  addGauge(registry, {
    name: 'natcheck_rendezvous_relays',
    help: 'Relays of this server and of other nodes that may be handed to peers.',
    read: relays,
  });
  addGauge(registry, {
    name: 'natcheck_rendezvous_sources',
    help: 'Addresses, or /64 of IPv6, from which these come.',
    read: sources,
  });
}

function addEvents(registry: Registry, { counts }: Rendezvous): void {
  addCounter(registry, {
    name: 'natcheck_rendezvous_introductions_total',
    help: 'Pairs introduced.',
    read: () => counts.introductions,
  });
  addCounter(registry, {
    name: 'natcheck_rendezvous_signals_total',
    help: 'Signals relayed.',
    read: () => counts.signals,
  });
  addCounter(registry, {
    name: 'natcheck_rendezvous_bindings_total',
    help: 'Endpoints tied to a peer by its ticket.',
    read: () => counts.bindings,
  });
  addCounter(registry, {
    name: 'natcheck_rendezvous_relays_handed_out_total',
    help: 'How often a relay was handed to a peer: that of this server, or that of another node.',
    labelNames: ['relay'],
    read: () => RELAY_PLACES.map((relay) => ({ labels: { relay }, value: counts.relays[relay] })),
  });
  addCounter(registry, {
    name: 'natcheck_rendezvous_refused_total',
    help: 'Messages and connections refused, by the code that the peer was told.',
    labelNames: ['reason'],
    read: () => REFUSAL_CODES.map((reason) => ({ labels: { reason }, value: counts.refused[reason] })),
  });
}

/** The relay as Prometheus metrics. */
import type { Registry } from 'prom-client';
import { addCounter, addGauge } from '../operations/metrics.ts';
import { DIRECTIONS, DROP_REASONS, type TurnCounts } from './decisions/counts.ts';
import { ERROR_CODES } from './decisions/error-code.ts';
import { TRANSPORTS } from './decisions/five-tuple.ts';
import type { Relay } from './decisions/relay.ts';
import type { RelayService } from './service.ts';

/** What is read beside the counts. */
interface Present extends Pick<Relay, 'population'>, Pick<RelayService, 'open' | 'load'> {
  /** Whether everybody who joins a room may use the relay. */
  readonly isOpen: boolean;
}

export function addRelayMetrics(registry: Registry, { counts, ...present }: Present & Pick<Relay, 'counts'>): void {
  addPresent(registry, present);
  addEvents(registry, counts);
}

function addPresent(registry: Registry, { population, open, load, isOpen }: Present): void {
  addGauge(registry, {
    name: 'natcheck_relay_allocations',
    help: 'Allocations now, by the transport of their clients.',
    labelNames: ['transport'],
    read: () => TRANSPORTS.map((transport) => ({ labels: { transport }, value: population()[transport] })),
  });
  addGauge(registry, {
    name: 'natcheck_relay_open',
    help: '1 when everybody who joins a room may use the relay, else 0.',
    aggregator: 'max',
    read: () => (isOpen ? 1 : 0),
  });
  addGauge(registry, {
    name: 'natcheck_relay_load',
    help: 'How much of its allocations or of its bandwidth the relay has, whichever is more: 1 is all.',
    aggregator: 'average',
    read: load,
  });
  addGauge(registry, {
    name: 'natcheck_relay_sockets',
    help: 'Relayed sockets.',
    read: () => open().relayedSockets,
  });
  addGauge(registry, {
    name: 'natcheck_relay_connections',
    help: 'TCP and TLS connections, with an allocation or without.',
    read: () => open().connections,
  });
}

function addEvents(registry: Registry, counts: TurnCounts): void {
  addCounter(registry, {
    name: 'natcheck_relay_allocations_total',
    help: 'Allocations made.',
    read: () => counts.allocations,
  });
  addCounter(registry, {
    name: 'natcheck_relay_refused_total',
    help: 'Requests refused, by the code that the client was told.',
    labelNames: ['code'],
    read: () => ERROR_CODES.map((code) => ({ labels: { code }, value: counts.refused[code] })),
  });
  addCounter(registry, {
    name: 'natcheck_relay_packets_total',
    help: 'Datagrams relayed.',
    labelNames: ['direction'],
    read: () => DIRECTIONS.map((direction) => ({ labels: { direction }, value: counts.relayed[direction].packets })),
  });
  addCounter(registry, {
    name: 'natcheck_relay_bytes_total',
    help: 'Application data relayed.',
    labelNames: ['direction'],
    read: () => DIRECTIONS.map((direction) => ({ labels: { direction }, value: counts.relayed[direction].bytes })),
  });
  addCounter(registry, {
    name: 'natcheck_relay_dropped_total',
    help: 'Messages and datagrams that were neither answered nor relayed, by reason.',
    labelNames: ['reason'],
    read: () => DROP_REASONS.map((reason) => ({ labels: { reason }, value: counts.dropped[reason] })),
  });
}

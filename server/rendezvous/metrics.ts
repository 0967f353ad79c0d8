/** The rendezvous as Prometheus metrics, read when they are asked for. */
import { Counter, Gauge, type Registry } from 'prom-client';
import { REFUSAL_CODES } from '../../src/rendezvous/protocol/refusal.ts';
import type { Rendezvous } from './decisions/rendezvous.ts';

export function addRendezvousMetrics(registry: Registry, { counts, population, sources }: Rendezvous): void {
  const registers = [registry];
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name: `natcheck_rendezvous_${name}`,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  };
  const counter = (name: string, help: string, read: () => number): void => {
    new Counter({
      name: `natcheck_rendezvous_${name}_total`,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  };
  gauge('connections', 'WebSocket connections, joined or not.', () => population().connections);
  gauge(
    'peers',
    'Peers in rooms, those that may come back after a lost connection among them.',
    () => population().peers,
  );
  gauge('rooms', 'Rooms with a peer in them.', () => population().rooms);
  gauge('sources', 'Addresses, or /64 of IPv6, from which these come.', sources);
  counter('introductions', 'Pairs introduced.', () => counts.introductions);
  counter('signals', 'Signals relayed.', () => counts.signals);
  counter('bindings', 'Endpoints tied to a peer by its ticket.', () => counts.bindings);
  new Counter({
    name: 'natcheck_rendezvous_refused_total',
    help: 'Messages and connections refused, by the code that the peer was told.',
    labelNames: ['reason'],
    registers,
    collect() {
      this.reset();
      for (const reason of REFUSAL_CODES) this.inc({ reason }, counts.refused[reason]);
    },
  });
}

/** The relay as Prometheus metrics, read when they are asked for. */
import { Counter, Gauge, type Registry } from 'prom-client';
import { DIRECTIONS, DROP_REASONS } from './decisions/counts.ts';
import { ERROR_CODES } from './decisions/error-code.ts';
import { TRANSPORTS } from './decisions/five-tuple.ts';
import type { Relay } from './decisions/relay.ts';
import type { RelayService } from './service.ts';

interface Series {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

export function addRelayMetrics(
  registry: Registry,
  { counts, population }: Relay,
  { open, isOpen }: Pick<RelayService, 'open'> & { readonly isOpen: boolean },
): void {
  const registers = [registry];
  const gauge = (name: string, help: string, labelNames: readonly string[], read: () => readonly Series[]): void => {
    new Gauge({
      ...{ name: `natcheck_relay_${name}`, help, labelNames, registers },
      collect() {
        for (const { labels, value } of read()) this.set(labels, value);
      },
    });
  };
  const counter = (name: string, help: string, labelNames: readonly string[], read: () => readonly Series[]): void => {
    new Counter({
      ...{ name: `natcheck_relay_${name}_total`, help, labelNames, registers },
      collect() {
        this.reset();
        for (const { labels, value } of read()) this.inc(labels, value);
      },
    });
  };
  const one = (value: number): readonly Series[] => [{ labels: {}, value }];

  gauge('allocations', 'Allocations now, by how their clients come.', ['transport'], () =>
    TRANSPORTS.map((transport) => ({ labels: { transport }, value: population()[transport] })),
  );
  gauge('open', '1 when everybody who joins a room may use the relay, else 0.', [], () => one(isOpen ? 1 : 0));
  gauge('sockets', 'Relayed sockets.', [], () => one(open().relayedSockets));
  gauge('connections', 'TCP and TLS connections, with an allocation or without.', [], () => one(open().connections));
  counter('allocations', 'Allocations made.', [], () => one(counts.allocations));
  counter('refused', 'Requests refused, by the code that the client was told.', ['code'], () =>
    ERROR_CODES.map((code) => ({ labels: { code }, value: counts.refused[code] })),
  );
  counter('packets', 'Datagrams relayed.', ['direction'], () =>
    DIRECTIONS.map((direction) => ({ labels: { direction }, value: counts.relayed[direction].packets })),
  );
  counter('bytes', 'Their application data.', ['direction'], () =>
    DIRECTIONS.map((direction) => ({ labels: { direction }, value: counts.relayed[direction].bytes })),
  );
  counter('dropped', 'What came and was neither answered nor relayed, by reason.', ['reason'], () =>
    DROP_REASONS.map((reason) => ({ labels: { reason }, value: counts.dropped[reason] })),
  );
}

/**
 * Prometheus metrics that are read from the server's counts when somebody asks for them, so that an event costs an
 * increment and no more.
 */
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';

/** One value of a metric, and the labels that tell it from the others. */
export interface Sample {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

export interface Metric {
  readonly name: string;
  readonly help: string;
  readonly labelNames?: readonly string[];
  /** How the values of several processes make one; default: their sum. */
  readonly aggregator?: 'sum' | 'max' | 'average';
  /** The values now; a plain number where the metric has no labels. */
  readonly read: () => number | readonly Sample[];
}

/** A registry with the metrics of the process itself. */
export function createRegistry(): Registry {
  const register = new Registry();
  collectDefaultMetrics({ register });
  return register;
}

/** Adds a value that goes up and down. */
export function addGauge(registry: Registry, { name, help, labelNames = [], aggregator = 'sum', read }: Metric): void {
  new Gauge({
    ...{ name, help, labelNames, aggregator, registers: [registry] },
    collect() {
      for (const { labels, value } of samplesOf(read())) this.set(labels, value);
    },
  });
}

/** Adds a value that only goes up. */
export function addCounter(registry: Registry, { name, help, labelNames = [], read }: Metric): void {
  new Counter({
    ...{ name, help, labelNames, registers: [registry] },
    collect() {
      this.reset();
      for (const { labels, value } of samplesOf(read())) this.inc(labels, value);
    },
  });
}

function samplesOf(read: number | readonly Sample[]): readonly Sample[] {
  return typeof read === 'number' ? [{ labels: {}, value: read }] : read;
}

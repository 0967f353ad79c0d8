/** The metrics of a server with workers: the sum over all of its processes. */
import type { ChildProcess } from 'node:child_process';
import { AggregatorRegistry, type MetricObject, type Registry } from 'prom-client';
import type { FromWorker } from './messages.ts';

/** A worker that takes longer is left out this time. */
const READ_TIMEOUT_MS = 1_000;

type Metrics = readonly MetricObject[];
type Told = Extract<FromWorker, { readonly kind: 'metrics' }>;

export interface MetricsReader {
  /** Gives those of every worker that answers in time. */
  readonly read: () => Promise<readonly Metrics[]>;
  /** Takes an answer. */
  readonly hear: (told: Told) => void;
}

export function createMetricsReader(workers: () => readonly ChildProcess[]): MetricsReader {
  const waiting = new Map<number, (metrics: Metrics | null) => void>();
  let asked = 0;
  const ask = (worker: ChildProcess): Promise<Metrics | null> => {
    const number = asked++;
    return new Promise<Metrics | null>((resolve) => {
      const giveUp = (): void => resolve(null);
      const timeout = setTimeout(giveUp, READ_TIMEOUT_MS);
      worker.once('exit', giveUp);
      waiting.set(number, (metrics) => {
        clearTimeout(timeout);
        worker.off('exit', giveUp);
        resolve(metrics);
      });
      if (worker.connected) worker.send({ kind: 'read-metrics', asked: number }, () => {});
      else giveUp();
    }).finally(() => waiting.delete(number));
  };
  return {
    read: async () => (await Promise.all(workers().map(ask))).filter((one) => one !== null),
    hear: ({ asked: number, metrics }) => waiting.get(number)?.(metrics),
  };
}

/** Reads like the registry of the first process, and has those of its workers in it. */
export function sumWith(
  registry: Registry,
  readWorkers: () => Promise<readonly Metrics[]>,
): Pick<Registry, 'contentType' | 'metrics'> {
  return {
    contentType: registry.contentType,
    metrics: async () => {
      const [own, ...others] = await Promise.all([registry.getMetricsAsJSON(), ...(await readWorkers())]);
      return AggregatorRegistry.aggregate([own, ...others] as object[]).metrics();
    },
  };
}

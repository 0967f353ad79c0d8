/** A worker in a process of its own, to which a test is the first process. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { MetricObject } from 'prom-client';
import type { FromWorker, ToWorker, WorkerStart } from '../../../server/services/messages.ts';
import { forkWorker } from '../../../server/services/program.ts';
import type { Endpoint } from '../../../src/endpoint.ts';
import { ownedProcess } from '../../owner/owned-by-test.ts';

export const HOST = '127.0.0.1';

export interface WorkerProcess {
  /** Its primary endpoint. */
  readonly at: Endpoint;
  readonly altPort: number;
  readonly tell: (message: ToWorker) => void;
  /** Everything that it has said so far. */
  readonly said: readonly FromWorker[];
  /** What it said of that kind first. */
  readonly first: <Kind extends FromWorker['kind']>(kind: Kind) => Promise<Extract<FromWorker, { kind: Kind }>>;
  /** What its metrics count under that name and those labels. */
  readonly count: (name: string, labels: object) => Promise<number | undefined>;
}

/** Starts one, and tells it more before it can serve; resolves at once. */
export async function beginWorker(
  start: Partial<WorkerStart> = {},
  { early = [] }: { readonly early?: readonly ToWorker[] } = {},
): Promise<WorkerProcess> {
  const [port, altPort] = await freePorts();
  const child = ownedProcess(forkWorker());
  const said: FromWorker[] = [];
  const waiting = new Set<() => void>();
  child.on('message', (message: FromWorker) => {
    said.push(message);
    for (const look of waiting) look();
  });
  const tell = (message: ToWorker): void => void child.send(message, () => {});
  const find = <Found extends FromWorker>(is: (message: FromWorker) => message is Found): Promise<Found> =>
    new Promise((resolve) => {
      const look = (): void => {
        const found = said.find(is);
        if (!found) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
    });
  const address = { bound: HOST, announced: HOST };
  const known = { isOpen: false, ticketSecret: new Uint8Array(32), sessionSecret: null, workers: 1, turnUsers: [] };
  const plan = { families: [[address] as const], port, altPort };
  tell({ kind: 'start', start: { plan, ...known, relayed: [], partners: null, browserFragments: null, ...start } });
  for (const message of early) tell(message);
  let asked = 0;
  return {
    ...{ at: { address: HOST, port }, altPort, tell, said },
    first: (kind) => find((message): message is Extract<FromWorker, { kind: typeof kind }> => message.kind === kind),
    count: async (name, labels) => {
      const number = asked++;
      tell({ kind: 'read-metrics', asked: number });
      const { metrics } = await find((one): one is Extract<FromWorker, { kind: 'metrics' }> => {
        return one.kind === 'metrics' && one.asked === number;
      });
      return countOf(metrics, name, labels);
    },
  };
}

function countOf(metrics: readonly MetricObject[], name: string, labels: object): number | undefined {
  const found = metrics.find((one) => one.name === name) as { readonly values?: readonly Sample[] } | undefined;
  return found?.values?.find((one) => JSON.stringify(one.labels) === JSON.stringify(labels))?.value;
}

interface Sample {
  readonly labels: object;
  readonly value: number;
}

/** Two ports that nobody has, of which a worker is told: it finds none for itself. */
async function freePorts(): Promise<readonly [number, number]> {
  const sockets = [createSocket('udp4').bind(0, HOST), createSocket('udp4').bind(0, HOST)] as const;
  await Promise.all(sockets.map((socket) => once(socket, 'listening')));
  const [port, altPort] = [sockets[0].address().port, sockets[1].address().port];
  await Promise.all(
    sockets.map(async (socket) => {
      const closed = once(socket, 'close');
      socket.close();
      await closed;
    }),
  );
  return [port, altPort];
}

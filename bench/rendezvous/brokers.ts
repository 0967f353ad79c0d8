/**
 * How long it takes from Enter on the second side to the first byte on its stdout where the two sides of `natcheck pipe` meet through
 * brokers: real processes on loopback, brokers over TLS and STUN servers a round trip away, one of three brokers dead. The second side's
 * detection is in it, since its process is new; the first side waits already.
 * Usage: npm run build and then node bench/rendezvous/brokers.ts [RUNS=30] [ROUND_TRIP_MS=100]
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createCode, formatCode } from '../../src/tunnel/code/code.ts';
import { startTestBroker } from '../../test/net/rendezvous/broker/mqtt-broker.ts';
import { CERT_FILE, LOOPBACK_TLS } from '../../test/server/tls/loopback.ts';
import { quantile } from '../statistics/quantile.ts';
import { startDelayedStun } from './delayed-stun.ts';
import { startDelayed } from './delayed-tcp.ts';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const PORTS = { port: 34780, altPort: 34781 };

const runs = Number(process.argv[2] ?? 30);
const roundTripMs = Number(process.argv[3] ?? 100);

await using owner = new AsyncDisposableStack();
owner.use(await startDelayedStun({ ...PORTS, addresses: ['127.0.0.1', '127.0.0.2'] }, roundTripMs));
owner.use(await startDelayedStun({ ...PORTS, addresses: ['127.0.0.3'] }, roundTripMs));
const urls: string[] = [];
for (const isDead of [true, false, false]) {
  const broker = owner.use(await startTestBroker({ tls: LOOPBACK_TLS }));
  const { port } = owner.use(await startDelayed(isDead ? null : Number(new URL(broker.url).port), roundTripMs));
  urls.push(`mqtts://127.0.0.1:${port}`);
}

interface Side {
  readonly startedAt: number;
  readonly child: ReturnType<typeof start>;
  /** Resolves when that event is told. */
  readonly told: (event: string) => Promise<number>;
  readonly firstByte: Promise<number>;
}

function start(code: string) {
  const where = ['127.0.0.1', '127.0.0.3'].flatMap((address) => ['--stun', `${address}:${PORTS.port}`]);
  const words = ['pipe', code, '--json', '--no-port-mapping', ...where, ...urls.flatMap((url) => ['--broker', url])];
  return spawn(process.execPath, [MAIN, ...words], { env: { ...process.env, NODE_EXTRA_CA_CERTS: CERT_FILE } });
}

function startSide(code: string): Side {
  const startedAt = performance.now();
  const child = start(code);
  const events = new Map<string, PromiseWithResolvers<number>>();
  const of = (event: string): PromiseWithResolvers<number> => {
    const found = events.get(event) ?? Promise.withResolvers<number>();
    events.set(event, found);
    return found;
  };
  createInterface({ input: child.stderr }).on('line', (line) => {
    of(JSON.parse(line).event).resolve(performance.now() - startedAt);
  });
  const firstByte = once(child.stdout, 'data').then(() => performance.now() - startedAt);
  return { startedAt, child, told: (event) => of(event).promise, firstByte };
}

async function oneRun(): Promise<Record<string, number>> {
  const code = formatCode(createCode({ server: null, once: false, randomBytes }));
  const first = startSide(code);
  first.child.stdin.end('hello');
  await first.told('ready');
  const second = startSide(code);
  second.child.stdin.end('hello');
  const [ready, connecting, connected, firstByte] = await Promise.all([
    ...['ready', 'connecting', 'connected'].map(second.told),
    second.firstByte,
  ]);
  await Promise.all([first, second].map(({ child }) => child.exitCode ?? once(child, 'exit')));
  return { ready, connecting, connected, firstByte } as Record<string, number>;
}

const all: Record<string, number>[] = [];
for (let run = 0; run < runs; run++) {
  const times = await oneRun();
  all.push(times);
  console.error(
    Object.entries(times)
      .map(([name, ms]) => `${name} ${ms.toFixed(0)}`)
      .join(', '),
  );
}
const rows = ['ready', 'connecting', 'connected', 'firstByte'].map((name) => {
  const times = all.map((run) => run[name] ?? Number.NaN);
  return [name, { median: Math.round(quantile(times, 0.5)), p95: Math.round(quantile(times, 0.95)) }] as const;
});
console.log(`ms from the start of the second process, ${runs} runs, round trip ${roundTripMs} ms`);
console.table(Object.fromEntries(rows));
process.exit();

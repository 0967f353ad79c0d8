/**
 * natcheck punch over every openable pair of the container lab: the time from both present to the open path.
 * Usage: node bench/punch.ts [RUNS=10]
 */
import {
  CLASSIC_NATS,
  ensureImage,
  findEngine,
  type LabContainer,
  startLab,
  startNatcheckServer,
} from '../lab/index.ts';
import { CLASSIC_PEERS, prospectOf } from '../src/nat/prospect.ts';
import type { PunchReport } from '../src/punch-report.ts';

const runs = Number(process.argv[2] ?? 10);
const names = Object.keys(CLASSIC_PEERS) as (keyof typeof CLASSIC_PEERS)[];
const pairs = names.flatMap((a) => names.map((b) => [a, b] as const));
const openable = pairs.filter(([a, b]) => prospectOf(CLASSIC_PEERS[a], CLASSIC_PEERS[b]) === 'direct');

const progress = (line: string): void => console.error(line);
await using engine = await findEngine({ progress });
const image = await ensureImage(engine, { progress });
await using lab = await startLab({ engine, image, profiles: [...CLASSIC_NATS, ...CLASSIC_NATS] });
await using _server = await startNatcheckServer(lab.server);

async function punch(client: LabContainer, words: readonly string[]): Promise<PunchReport> {
  const { stdout } = await client.exec(['natcheck', 'punch', '--json', '--server', lab.server.primary, ...words]);
  return JSON.parse(stdout);
}

const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN;

const rows: Record<string, object> = {};
const all: number[] = [];
for (const [a, b] of openable) {
  const times: number[] = [];
  let failures = 0;
  for (let run = 0; run < runs; run++) {
    const room = ['--room', `${a}-${b}-${run}`];
    const sides = await Promise.all([
      punch(lab.nat(a).client(0), [...room, '--id', 'alice', '--peer', 'bob']),
      punch(lab.nat(`${b}-2`).client(0), [...room, '--id', 'bob', '--peer', 'alice']),
    ]);
    if (sides.every(({ outcome }) => outcome === 'direct')) times.push(...sides.map(({ elapsedMs }) => elapsedMs));
    else failures++;
  }
  all.push(...times);
  rows[`${a} × ${b}`] = { 'median ms': quantile(times, 0.5), 'p95 ms': quantile(times, 0.95), failures };
  progress(`${a} × ${b}`);
}
console.log(`From both present to the open path, each side, ${runs} runs per ordered pair`);
console.table(rows);
console.log(`all: median ${quantile(all, 0.5)} ms, p95 ${quantile(all, 0.95)} ms`);

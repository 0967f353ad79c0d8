/** One server after the other of a cluster is drained and started again, while pairs of natcheck's own clients meet. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Endpoint } from '../../../src/endpoint.ts';
import { createOwner } from '../../../src/net/owner.ts';
import { type Opened, startSeeker } from '../../punch/seeker.ts';
import { startBalancer } from './balancer.ts';
import { type NodeProcess, startNodeProcess } from './node-process.ts';

export interface RollingOptions {
  /** The file that is natcheck. */
  readonly main: string;
  readonly redis: string;
  readonly nodes: number;
  /** How long a drain may take. */
  readonly drainS: number;
  /** How many pairs begin in a second, until all servers are new, and `pairs` at least. */
  readonly perSecond: number;
  readonly pairs: number;
}

export interface RollingResult {
  readonly pairs: number;
  /** How many have a path, both sides by the same introduction. */
  readonly opened: number;
  /** What was wrong with the others. */
  readonly wrong: readonly string[];
  /** How many sides took more than one introduction. */
  readonly redone: number;
  /** How often a side has lost its server and come back. */
  readonly returns: number;
  readonly perSecond: number;
  /** From the start of the second side to both paths, in ms and in order. */
  readonly tookMs: readonly number[];
  readonly exitCodes: readonly (number | null)[];
}

/** The second side of every other pair comes this much later at most, so that the first one waits. */
const APART_MS = 2_000;
const WAIT_MS = 30_000;

export async function rollOver(options: RollingOptions): Promise<RollingResult> {
  const { main, redis, drainS, perSecond, pairs: least } = options;
  await using owner = createOwner();
  const words = ['--drain', String(drainS), '--per-source', '12000'];
  const start = (index: number, former?: NodeProcess): Promise<NodeProcess> =>
    startNodeProcess({ main, redis, address: `127.0.0.${11 + index}`, words, ...(former && { former }) });
  const nodes = await Promise.all(Array.from({ length: options.nodes }, (_, index) => start(index)));
  owner.defer(async () => {
    for (const node of nodes) await node[Symbol.asyncDispose]();
  });
  const places = nodes.map(({ stun: { address }, httpPort: port }) => ({ address, port }));
  const balancer = owner.use(await startBalancer(places));
  await balancer.ready(nodes.length);
  const exitCodes: (number | null)[] = [];
  let isOver = false;
  const restarting = (async () => {
    for (const [index, node] of nodes.entries()) {
      exitCodes.push(await node.end('SIGTERM'));
      nodes[index] = await start(index, node);
      await balancer.ready(nodes.length);
    }
    isOver = true;
  })();
  const startedAt = performance.now();
  const meetings: ReturnType<typeof meet>[] = [];
  while (!isOver || meetings.length < least) {
    const server = nodes[meetings.length % nodes.length]?.stun ?? { address: '', port: 0 };
    meetings.push(meet({ url: balancer.url, server, number: meetings.length }));
    await wait(Math.max(0, startedAt + (meetings.length * 1_000) / perSecond - performance.now()));
  }
  const tookS = (performance.now() - startedAt) / 1_000;
  const met = await Promise.all(meetings);
  await restarting;
  const wrong = met.flatMap(({ problem }) => problem ?? []);
  return {
    ...{ pairs: met.length, opened: met.length - wrong.length, wrong, exitCodes },
    redone: met.reduce((sum, { redone }) => sum + redone, 0),
    returns: met.reduce((sum, { returns }) => sum + returns, 0),
    perSecond: met.length / tookS,
    tookMs: met.map(({ tookMs }) => tookMs).toSorted((a, b) => a - b),
  };
}

interface Meeting {
  readonly problem: string | null;
  readonly redone: number;
  readonly returns: number;
  readonly tookMs: number;
}

async function meet({
  url,
  server,
  number,
}: {
  readonly url: string;
  readonly server: Endpoint;
  readonly number: number;
}): Promise<Meeting> {
  const common = { url, server, room: `room-${number}`, waitMs: WAIT_MS };
  await using alice = await startSeeker({ ...common, id: 'alice', peer: 'bob' });
  // Spread evenly, and the same in each run.
  await wait(number % 2 === 0 ? 0 : (number * 617) % APART_MS);
  const startedAt = performance.now();
  await using bob = await startSeeker({ ...common, id: 'bob', peer: 'alice' });
  const sides = await Promise.all([alice.opened, bob.opened]);
  const failed = sides.flatMap((side) => ('failed' in side ? side.failed : []));
  const [one, other] = sides as readonly Opened[];
  const isRight = failed.length === 0 && one?.key === other?.key;
  const said = [...alice.notices, ...bob.notices];
  return {
    problem: isRight ? null : `pair ${number}: ${[...failed, ...said].join('; ') || 'two introductions'}`,
    redone: sides.filter((side) => 'key' in side && side.introductions > 1).length,
    returns: said.filter((text) => text.startsWith('reconnected')).length,
    tookMs: performance.now() - startedAt,
  };
}

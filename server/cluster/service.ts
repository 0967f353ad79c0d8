/** A node of a cluster on a real Redis: keeps a connection to it, and does there what the machine wants. */
import { pause } from '../../src/net/waits.ts';
import type { Condition, Readiness } from '../operations/readiness.ts';
import type { ConnectionOutput, RendezvousInput } from '../rendezvous/decisions/input-output.ts';
import type { TurnUsers } from '../rendezvous/decisions/state.ts';
import { StartError } from '../start-error.ts';
import type { Cluster } from './decisions/cluster.ts';
import type { ClusterInput, ClusterOutput } from './decisions/input-output.ts';
import { CLOCK_MS, LEASE_MS } from './decisions/limits.ts';
import { askRedis, channelOf, heardOf } from './redis/answers.ts';
import { openRedis, type RedisConnection, type RedisOptions, wordsOf } from './redis/connection.ts';
import { type Secrets, shareSecrets } from './secrets.ts';

/** The pauses before each attempt to reach Redis again; the last one repeats. */
const BACK_AFTER_MS = [50, 100, 200, 500] as const;
/** A Redis that has not answered a beat for this long is taken for lost, and reached anew. */
const SILENCE_MS = 2 * LEASE_MS;

type Listener = Pick<RedisOptions, 'onMessage' | 'onNews'>;

/** A way to Redis, of a node that is about to start. */
export interface ClusterEntry extends AsyncDisposable {
  /** The number of the node: 32 bits. */
  readonly node: number;
  readonly name: string;
  readonly secrets: Secrets;
  /** Sets who hears that the secrets are others than before. */
  readonly onSecrets: (hear: () => void) => void;
  /** Takes the secrets that Redis has. */
  readonly shareSecrets: (by: Pick<RedisConnection, 'share'>) => Promise<void>;
  readonly url: string;
  /** Sets who hears what other nodes say; before, none of them knows this one. */
  readonly listen: (to: Listener) => void;
  readonly connection: RedisConnection;
}

/** Reaches Redis for the first time. @throws StartError when that cannot be done; the signal's reason when aborted. */
export async function enterCluster(
  url: string,
  {
    node,
    name,
    secrets,
    signal,
  }: Pick<ClusterEntry, 'node' | 'name' | 'secrets'> & { readonly signal?: AbortSignal | undefined },
): Promise<ClusterEntry> {
  const channel = channelOf(name);
  let listener: Listener = { onMessage: () => {}, onNews: () => {} };
  let hearSecrets = (): void => {};
  try {
    const onMessage = (text: string): void => listener.onMessage(text);
    const onNews = (from: string): void => listener.onNews(from);
    const share: ClusterEntry['shareSecrets'] = async (by) => {
      if (await shareSecrets(by, secrets)) hearSecrets();
    };
    const connection = await openRedis({ url, channel, onMessage, onNews, prepare: share, signal });
    return {
      ...{ node, name, secrets, url, connection, shareSecrets: share },
      listen: (to) => {
        listener = to;
      },
      onSecrets: (hear) => {
        hearSecrets = hear;
      },
      [Symbol.asyncDispose]: connection[Symbol.asyncDispose],
    };
  } catch (error) {
    signal?.throwIfAborted();
    throw new StartError('no-redis', `cannot use Redis at ${withoutPassword(url)}: ${wordsOf(error)}`);
  }
}

function withoutPassword(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//');
}

export interface ClusterService extends AsyncDisposable {
  /** Takes the rendezvous' place for whoever has the connections. */
  readonly handle: (now: number, input: RendezvousInput) => readonly ConnectionOutput[];
  /** Begins, and has done by `carryOut` what comes later than with an input; resolves when the node takes joins. */
  readonly start: (carryOut: (output: ConnectionOutput) => void, require: Readiness['require']) => Promise<void>;
}

interface State {
  readonly cluster: Cluster;
  readonly entry: ClusterEntry;
  readonly now: () => number;
  /** The TURN users of other nodes' sessions. */
  readonly turnUsers: Pick<TurnUsers, 'add' | 'delete'>;
  carryOut: (output: ConnectionOutput) => void;
  connection: RedisConnection | null;
  /** When Redis has answered last. */
  answeredAt: number;
  /** What is still to be done in Redis before the end. */
  leaving: Promise<unknown>;
  readonly ending: AbortController;
}

export function createClusterService(options: {
  readonly cluster: Cluster;
  readonly entry: ClusterEntry;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  /** Keeps the TURN users of other nodes' sessions. */
  readonly turnUsers: State['turnUsers'];
}): ClusterService {
  const state: State = {
    ...options,
    ...{ carryOut: () => {}, connection: null, answeredAt: options.now(), leaving: Promise.resolve() },
    ending: new AbortController(),
  };
  const serving = Promise.withResolvers<void>();
  let ready: Condition | null = null;
  let running: Promise<void> = Promise.resolve();
  const clock = setInterval(() => {
    look(state);
    const isServing = state.cluster.isServing();
    ready?.set(isServing);
    if (isServing) serving.resolve();
  }, CLOCK_MS);
  return {
    handle: (now, input) => obey(state, state.cluster.handle(now, input)),
    start: (carryOut, require) => {
      ready = require('redis');
      state.carryOut = carryOut;
      state.entry.listen(listenerOf(state));
      running = keepConnected(state);
      return serving.promise;
    },
    [Symbol.asyncDispose]: async () => {
      // A Redis that does not answer is given up by the clock.
      await state.leaving;
      clearInterval(clock);
      state.ending.abort();
      await state.connection?.[Symbol.asyncDispose]();
      await running;
    },
  };
}

/** Does in Redis what is to be done there, and returns the rest. */
function obey(state: State, outputs: readonly ClusterOutput[]): readonly ConnectionOutput[] {
  const rest: ConnectionOutput[] = [];
  for (const output of outputs) {
    if (output.kind === 'send' || output.kind === 'ping' || output.kind === 'close') rest.push(output);
    else if (output.kind === 'turn-user') state.turnUsers[output.isThere ? 'add' : 'delete'](output.user);
    else ask(state, output);
  }
  return rest;
}

function take(state: State, input: ClusterInput): void {
  for (const output of obey(state, state.cluster.handle(state.now(), input))) state.carryOut(output);
}

function ask(state: State, asked: Parameters<typeof askRedis>[2]['asked']): void {
  const { connection, cluster, now } = state;
  if (connection === null) return;
  const asking = askRedis(connection, cluster.node, { asked, sentAt: now() }).then(
    (answer) => {
      // What a former connection has answered is not believed.
      if (connection !== state.connection) return;
      state.answeredAt = now();
      if (answer) take(state, answer);
    },
    () => connection.destroy(),
  );
  if (asked.kind === 'leave') state.leaving = asking;
}

function look(state: State): void {
  take(state, { kind: 'clock' });
  if (state.connection && state.now() - state.answeredAt >= SILENCE_MS) state.connection.destroy();
}

async function keepConnected(state: State): Promise<void> {
  const { entry, ending } = state;
  let next: RedisConnection | null = entry.connection;
  for (let failures = 0; !ending.signal.aborted; ) {
    if (next) {
      failures = 0;
      await use(state, next);
    } else {
      const ms = BACK_AFTER_MS[Math.min(failures++, BACK_AFTER_MS.length - 1)] ?? 0;
      // The end is looked for below.
      await pause(ms, ending.signal).catch(() => {});
    }
    next = ending.signal.aborted ? null : await reach(state);
  }
  await next?.[Symbol.asyncDispose]();
}

/** Uses a connection until it has ended. */
async function use(state: State, connection: RedisConnection): Promise<void> {
  state.connection = connection;
  state.answeredAt = state.now();
  take(state, { kind: 'up' });
  await connection.closed;
  state.connection = null;
  take(state, { kind: 'down' });
}

function listenerOf(state: State): Listener {
  return {
    onMessage: (text) => {
      const heard = heardOf(text);
      if (heard) take(state, heard);
    },
    onNews: (node) => {
      if (node !== state.cluster.node) take(state, { kind: 'news' });
    },
  };
}

async function reach(state: State): Promise<RedisConnection | null> {
  const { url, shareSecrets: prepare } = state.entry;
  const { signal } = state.ending;
  try {
    return await openRedis({ url, signal, channel: channelOf(state.cluster.node), ...listenerOf(state), prepare });
  } catch {
    return null;
  }
}

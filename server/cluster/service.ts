/** A node of a cluster on a real Redis: keeps a connection to it, and does there what the machine wants. */
import { pause } from '../../src/net/waits.ts';
import type { Condition, Readiness } from '../operations/readiness.ts';
import type { RendezvousInput, RendezvousOutput } from '../rendezvous/decisions/input-output.ts';
import { StartError } from '../start-error.ts';
import type { Cluster } from './decisions/cluster.ts';
import type { ClusterInput, ClusterOutput } from './decisions/input-output.ts';
import { CLOCK_MS, LEASE_MS } from './decisions/limits.ts';
import { askRedis, channelOf, heardOf } from './redis/answers.ts';
import { openRedis, type RedisConnection, wordsOf } from './redis/connection.ts';

/** The pauses before each attempt to reach Redis again; the last one repeats. */
const BACK_AFTER_MS = [50, 100, 200, 500] as const;
/** A Redis that has not answered a beat for this long is taken for lost, and reached anew. */
const SILENCE_MS = 2 * LEASE_MS;
const SECRET_KEY = 'natcheck:ticket-secret';

/** A way to Redis, of a node that is about to start. */
export interface ClusterEntry extends AsyncDisposable {
  /** The number of the node: 32 bits. */
  readonly node: number;
  /** The secret of the tickets of all nodes. It changes in place if Redis has lost it and another node was faster. */
  readonly secret: Uint8Array;
  readonly url: string;
  /** Sets who hears what other nodes say; before, none of them knows this one. */
  readonly listen: (to: (text: string) => void) => void;
  readonly connection: RedisConnection;
}

/** Reaches Redis for the first time. @throws StartError when that cannot be done; the signal's reason when aborted. */
export async function enterCluster(
  url: string,
  { node, secret, signal }: Pick<ClusterEntry, 'node' | 'secret'> & { readonly signal?: AbortSignal | undefined },
): Promise<ClusterEntry> {
  const channel = channelOf(node.toString(16).padStart(8, '0'));
  let listener = (_text: string): void => {};
  try {
    const prepare = (commands: Pick<RedisConnection, 'share'>): Promise<void> => shareSecret(commands, secret);
    const connection = await openRedis({ url, channel, onMessage: (text) => listener(text), prepare, signal });
    const listen = (to: (text: string) => void): void => {
      listener = to;
    };
    return { node, secret, url, listen, connection, [Symbol.asyncDispose]: connection[Symbol.asyncDispose] };
  } catch (error) {
    signal?.throwIfAborted();
    throw new StartError('no-redis', `cannot use Redis at ${withoutPassword(url)}: ${wordsOf(error)}`);
  }
}

async function shareSecret({ share }: Pick<RedisConnection, 'share'>, secret: Uint8Array): Promise<void> {
  const shared = Buffer.from(await share(SECRET_KEY, Buffer.from(secret).toString('base64url')), 'base64url');
  if (shared.length === secret.length) secret.set(shared);
}

function withoutPassword(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//');
}

export interface ClusterService extends AsyncDisposable {
  /** Takes the rendezvous' place for whoever has the connections. */
  readonly handle: (now: number, input: RendezvousInput) => readonly RendezvousOutput[];
  /** Begins, and has done by `carryOut` what comes later than with an input; resolves when the node takes joins. */
  readonly start: (carryOut: (output: RendezvousOutput) => void, require: Readiness['require']) => Promise<void>;
}

interface State {
  readonly cluster: Cluster;
  readonly entry: ClusterEntry;
  readonly now: () => number;
  carryOut: (output: RendezvousOutput) => void;
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
      state.entry.listen((text) => hear(state, text));
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
function obey(state: State, outputs: readonly ClusterOutput[]): readonly RendezvousOutput[] {
  const rest: RendezvousOutput[] = [];
  for (const output of outputs) {
    if (output.kind === 'send' || output.kind === 'ping' || output.kind === 'close') rest.push(output);
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

function hear(state: State, text: string): void {
  const heard = heardOf(text);
  if (heard) take(state, heard);
}

async function reach(state: State): Promise<RedisConnection | null> {
  const { url, secret } = state.entry;
  const { signal } = state.ending;
  try {
    return await openRedis({
      ...{ url, signal, channel: channelOf(state.cluster.node) },
      onMessage: (text) => hear(state, text),
      prepare: (commands) => shareSecret(commands, secret),
    });
  } catch {
    return null;
  }
}

/** Runs sessions on simulated hosts to their end, each with its sockets. */
import type { Endpoint } from '../../../src/endpoint.ts';
import type { Session } from '../../../src/session.ts';
import { DEFAULT_BOUNDS, type RunBounds, runUntil } from './clock.ts';
import { driveSession } from './driver.ts';
import type { Host, UdpSocket } from './host.ts';
import type { Random } from './random.ts';
import type { World } from './world.ts';

/** What a session may know of the place that it runs in. */
export interface SessionContext<Name extends string> {
  /** The local endpoint of each of its sockets. */
  readonly local: Readonly<Record<Name, Endpoint>>;
  readonly random: Random;
  /** The virtual time at which it starts, in ms. */
  readonly now: number;
}

export interface SessionOptions<Name extends string, Result> {
  readonly host: Host;
  /** The names of the sockets to open; the session has to know the same names. */
  readonly sockets: readonly Name[];
  /** Which address of the host they are opened on; default: the first one. */
  readonly address?: string | undefined;
  readonly create: (context: SessionContext<Name>) => Session<Result>;
}

export interface Run<Result> {
  /** Null until the session is done. */
  readonly outcome: () => { readonly result: Result; readonly at: number } | null;
}

/** Opens the sockets, starts the session, and lets it live on the world's clock; its sockets close when it is done. */
export function startSession<Name extends string, Result>(
  world: World,
  { host, sockets: names, address, create }: SessionOptions<Name, Result>,
): Run<Result> {
  const { clock } = world;
  let outcome: { readonly result: Result; readonly at: number } | null = null;
  const sockets = new Map<string, UdpSocket>();
  for (const name of names) {
    const socket = host.open((from, bytes) => void driver.receive(name, from, bytes), { address });
    sockets.set(name, socket);
  }
  const local = Object.fromEntries([...sockets].map(([name, socket]) => [name, socket.local])) as Record<
    Name,
    Endpoint
  >;
  const session = create({ local, random: host.random.fork(`session ${clock.now()}`), now: clock.now() });
  const driver = driveSession(world, {
    session,
    host,
    sockets,
    onDone: (result, at) => {
      outcome = { result, at };
      for (const socket of sockets.values()) socket.close();
    },
  });
  clock.schedule(clock.now(), () => driver.wake());
  return { outcome: () => outcome };
}

/**
 * Runs the world until every one of the sessions is done; default bounds: a million events, an hour of virtual time.
 * @throws Error when nothing is left to happen before that, or a bound is reached: a bug in a session.
 */
export function runUntilDone(world: World, runs: readonly Run<unknown>[], bounds: RunBounds = {}): void {
  const { maxEvents, maxVirtualMs } = { ...DEFAULT_BOUNDS, ...bounds };
  const { clock } = world;
  const lastMoment = clock.now() + maxVirtualMs;
  const isDone = (): boolean => runs.every((run) => run.outcome() !== null);
  // The first event beyond the bound still runs, so that the error names when the session would have gone on.
  const isOver = (): boolean => isDone() || clock.now() > lastMoment;
  runUntil(world, isOver, { maxEvents, maxVirtualMs: Number.POSITIVE_INFINITY });
  if (!isDone()) throw new Error(`a session is not done at ${clock.now()} ms, after ${clock.events()} events`);
}

/** Runs one session to its end. @throws Error as runUntilDone does. */
export function runSession<Name extends string, Result>(
  world: World,
  options: SessionOptions<Name, Result> & { readonly bounds?: RunBounds },
): Result {
  const run = startSession(world, options);
  runUntilDone(world, [run], options.bounds);
  const outcome = run.outcome();
  if (!outcome) throw new Error('runUntilDone returned before the session was done');
  return outcome.result;
}

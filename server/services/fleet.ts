/** The workers of a server, as the first process has them: started, told of each other, replaced, and ended. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { type BackOff, createBackOff } from '../../src/net/back-off.ts';
import type { Tls } from '../sockets/tls.ts';
import type { BoundTicket } from '../stun/answer.ts';
import type { AllocationTold } from '../turn/allocation-watch.ts';
import type { RelayedElsewhere } from '../turn/service.ts';
import type { FromWorker, ToWorker, WorkerStart } from './messages.ts';
import { createMetricsReader, type MetricsReader } from './metrics.ts';
import { forkWorker } from './program.ts';
import { served } from './served.ts';
import type { WatchedTurnUsers } from './turn-users.ts';

/** The second time within SETTLED_MS that a worker is replaced, it is after 200 ms, and at last after 5 s. */
const REPLACED_AFTER_MS = [200, 500, 1_000, 2_000, 5_000];
const SETTLED_MS = 30_000;
/** How long a worker may take to close its sockets before it is killed. */
const END_TIMEOUT_MS = 2_000;

export interface FleetOptions {
  readonly start: Omit<WorkerStart, 'turnUsers' | 'relayed'>;
  /** Every worker hears of them. */
  readonly turnUsers: WatchedTurnUsers;
  readonly onBound: (bound: BoundTicket) => void;
  readonly onAllocation: ((told: AllocationTold) => void) | undefined;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
}

export interface Fleet extends AsyncDisposable {
  /** Gives another certificate to all, and to those that replace them. */
  readonly renewTls: (tls: Tls) => void;
  /** Makes no allocation any more. */
  readonly drain: () => void;
  /** At how many endpoints they relay. */
  readonly allocations: () => number;
  readonly readMetrics: MetricsReader['read'];
  /** The process ids of those that serve now. */
  readonly pids: () => readonly number[];
}

interface Slot {
  readonly backOff: BackOff;
  child: ChildProcess | null;
  replacing: NodeJS.Timeout | null;
  /** What it relays at, by `relayedKey`. */
  readonly relayed: Map<string, RelayedElsewhere>;
}

interface State {
  readonly options: FleetOptions;
  readonly slots: readonly Slot[];
  readonly metrics: MetricsReader;
  tls: Tls | undefined;
  isDraining: boolean;
  isClosing: boolean;
}

/**
 * Starts as many workers as `start` says, and resolves when all of them serve.
 * @throws StartError when one cannot; none is left then.
 */
export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const slots = Array.from({ length: options.start.workers }, createSlot);
  const metrics = createMetricsReader(() => slots.flatMap(({ child }) => child ?? []));
  const state: State = { options, slots, metrics, tls: options.start.tls, isDraining: false, isClosing: false };
  options.turnUsers.onChange((user, { isThere }) => tellAll(state, { kind: 'turn-user', user, isThere }));
  try {
    await Promise.all(slots.map((slot) => served(begin(state, slot))));
  } catch (error) {
    await close(state);
    throw error;
  }
  return {
    renewTls: (tls) => {
      state.tls = tls;
      tellAll(state, { kind: 'tls', tls });
    },
    drain: () => {
      state.isDraining = true;
      tellAll(state, { kind: 'draining' });
    },
    allocations: () => slots.reduce((sum, { relayed }) => sum + relayed.size, 0),
    readMetrics: metrics.read,
    pids: () => slots.flatMap(({ child }) => child?.pid ?? []),
    [Symbol.asyncDispose]: () => close(state),
  };
}

function createSlot(): Slot {
  return { backOff: createBackOff(REPLACED_AFTER_MS, SETTLED_MS), child: null, replacing: null, relayed: new Map() };
}

/** Starts the slot's worker, and has it replaced when it ends. */
function begin(state: State, slot: Slot): ChildProcess {
  const { start, turnUsers, now } = state.options;
  const child = forkWorker();
  slot.child = child;
  slot.backOff.next(now());
  child.on('message', (message: FromWorker) => hear(state, slot, message));
  child.once('exit', () => ended(state, slot));
  // Sending to one that has just ended fails, and it is replaced anyway.
  child.on('error', () => {});
  const others = state.slots.filter((one) => one !== slot);
  const relayed = others.flatMap((other) => [...other.relayed.values()].map(({ endpoint }) => endpoint));
  tell(child, { kind: 'start', start: { ...start, tls: state.tls, turnUsers: turnUsers.all(), relayed } });
  if (state.isDraining) tell(child, { kind: 'draining' });
  return child;
}

function hear(state: State, slot: Slot, message: FromWorker): void {
  switch (message.kind) {
    case 'bound':
      state.options.onBound({ ticket: message.ticket, endpoint: message.endpoint });
      break;
    case 'relayed':
      noteRelayed(state, slot, message);
      break;
    case 'allocation':
      tellAllocation(state, slot, message.told);
      break;
    case 'metrics':
      state.metrics.hear(message);
      break;
    case 'ready':
      break;
    case 'failed':
      // What keeps it from its endpoints may pass.
      slot.child?.kill();
      break;
  }
}

function noteRelayed(state: State, slot: Slot, { endpoint, isThere }: RelayedElsewhere): void {
  const key = `${endpoint.port} ${endpoint.address}`;
  if (isThere) slot.relayed.set(key, { endpoint, isThere });
  else slot.relayed.delete(key);
  tellOthers(state, slot, { kind: 'relayed', endpoint, isThere });
}

/** Each worker has numbers of its own. */
function tellAllocation({ options }: State, { child }: Slot, { event, fields }: AllocationTold): void {
  options.onAllocation?.({ event, fields: { ...fields, ...(child?.pid !== undefined && { worker: child.pid }) } });
}

function ended(state: State, slot: Slot): void {
  slot.child = null;
  for (const { endpoint } of [...slot.relayed.values()]) noteRelayed(state, slot, { endpoint, isThere: false });
  if (state.isClosing) return;
  const { now } = state.options;
  const startedAt = now();
  slot.replacing = setTimeout(
    () => {
      slot.replacing = null;
      begin(state, slot);
    },
    Math.max(0, slot.backOff.next(startedAt)),
  );
}

function tellOthers({ slots }: State, slot: Slot, message: ToWorker): void {
  for (const { child } of slots) if (child && child !== slot.child) tell(child, message);
}

function tellAll({ slots }: State, message: ToWorker): void {
  for (const { child } of slots) if (child) tell(child, message);
}

function tell(child: ChildProcess, message: ToWorker): void {
  if (child.connected) child.send(message, () => {});
}

/** Ends all of them: each closes what it has open when nobody speaks to it any more. */
async function close(state: State): Promise<void> {
  state.isClosing = true;
  await Promise.all(
    state.slots.map(async ({ child, replacing }) => {
      if (replacing) clearTimeout(replacing);
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      if (child.connected) child.disconnect();
      const killing = setTimeout(() => child.kill('SIGKILL'), END_TIMEOUT_MS);
      await exited;
      clearTimeout(killing);
    }),
  );
}

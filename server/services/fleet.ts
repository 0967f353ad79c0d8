/** The workers of a server, as the first process has them: started, told of each other, replaced, and ended. */
import type { ChildProcess } from 'node:child_process';
import { type BackOff, createBackOff } from '../../src/net/back-off.ts';
import type { FromWorkerForLink } from '../partner/messages.ts';
import type { Tls } from '../sockets/tls.ts';
import type { BoundTicket } from '../stun/answer.ts';
import type { AllocationTold } from '../turn/allocation-watch.ts';
import type { RelayedElsewhere } from '../turn/service.ts';
import type { FromWorker, ToWorker, WorkerStart } from './messages.ts';
import { createMetricsReader, type MetricsReader } from './metrics.ts';
import type { PagesOfFleet } from './pages.ts';
import { forkWorker } from './program.ts';
import { createRunning, endRunning, isReading, type Running, tell } from './running.ts';
import { served } from './served.ts';
import type { WatchedTurnUsers } from './turn-users.ts';

/** The second time within SETTLED_MS that a worker is replaced, it is after 200 ms, and at last after 5 s. */
const REPLACED_AFTER_MS = [200, 500, 1_000, 2_000, 5_000];
const SETTLED_MS = 30_000;

export interface FleetOptions {
  readonly workers: number;
  /** What a worker has to know that begins now. */
  readonly start: () => Omit<WorkerStart, 'turnUsers' | 'relayed' | 'workers' | 'browserFragments'>;
  /** Every worker hears of them. */
  readonly turnUsers: WatchedTurnUsers;
  readonly onBound: (bound: BoundTicket) => void;
  /** Hears what is for the links to partners. */
  readonly onForLink: (message: FromWorkerForLink) => void;
  /** The pages, for which workers have the sockets; null where there are none, here or at a partner. */
  readonly pages: PagesOfFleet | null;
  readonly onAllocation: ((told: AllocationTold) => void) | undefined;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
}

export interface Fleet extends AsyncDisposable {
  /** Gives another certificate to all, and to those that replace them. */
  readonly renewTls: (tls: Tls) => void;
  /** Makes no allocation any more. */
  readonly drain: () => void;
  /** Tells every worker. */
  readonly tellAll: (message: ToWorker) => void;
  /** Tells every worker that reads what it is told; the others are to hear it when it is told again. */
  readonly tellReading: (message: ToWorker) => void;
  /** Tells one that serves and reads what it is told, each in its turn; false when there is none. */
  readonly tellOne: (message: ToWorker) => boolean;
  /** At how many endpoints they relay. */
  readonly allocations: () => number;
  /** How much of what they may have together they have: 1 is all. */
  readonly load: () => number;
  readonly readMetrics: MetricsReader['read'];
  /** The process ids of those that serve now. */
  readonly pids: () => readonly number[];
}

interface Slot {
  readonly backOff: BackOff;
  running: Running | null;
  replacing: NodeJS.Timeout | null;
  /** What it relays at, by port and address. */
  readonly relayed: Map<string, RelayedElsewhere>;
  /** How much of its share it has. */
  load: number;
}

interface State {
  readonly options: FleetOptions;
  readonly slots: readonly Slot[];
  readonly metrics: MetricsReader;
  /** Whose turn it is: its index, but for whole rounds. */
  turn: number;
  tls: Tls | undefined;
  isDraining: boolean;
  isClosing: boolean;
}

/**
 * Starts as many workers as it is told to, and resolves when all of them serve.
 * @throws StartError when one cannot; none is left then.
 */
export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const slots = Array.from({ length: options.workers }, createSlot);
  const children = (): readonly ChildProcess[] => slots.flatMap(({ running }) => running?.child ?? []);
  const metrics = createMetricsReader(children);
  const state: State = { options, slots, metrics, turn: 0, tls: undefined, isDraining: false, isClosing: false };
  options.turnUsers.onChange((user, { isThere }) => tellAll(state, { kind: 'turn-user', user, isThere }));
  options.pages?.onFragment((fragment, { isThere }) => tellAll(state, { kind: 'browser-fragment', fragment, isThere }));
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
    tellAll: (message) => tellAll(state, message),
    tellReading: (message) => tellReading(state, message),
    tellOne: (message) => tellOne(state, message),
    allocations: () => slots.reduce((sum, { relayed }) => sum + relayed.size, 0),
    load: () => slots.reduce((sum, { load }) => sum + load, 0) / slots.length,
    readMetrics: metrics.read,
    pids: () => children().flatMap(({ pid }) => pid ?? []),
    [Symbol.asyncDispose]: () => close(state),
  };
}

function createSlot(): Slot {
  const backOff = createBackOff(REPLACED_AFTER_MS, SETTLED_MS);
  return { backOff, running: null, replacing: null, relayed: new Map(), load: 0 };
}

/** Starts the slot's worker, and has it replaced when it ends. */
function begin(state: State, slot: Slot): ChildProcess {
  const { start, workers, turnUsers, pages, now } = state.options;
  const child = forkWorker();
  const running = createRunning(child);
  slot.running = running;
  slot.backOff.next(now());
  child.on('message', (message: FromWorker) => hear(state, slot, message));
  child.once('exit', () => ended(state, slot));
  // Sending to one that has just ended fails, and it is replaced anyway.
  child.on('error', () => {});
  const others = state.slots.filter((one) => one !== slot);
  const relayed = others.flatMap((other) => [...other.relayed.values()].map(({ endpoint }) => endpoint));
  const known = { workers, turnUsers: turnUsers.all(), browserFragments: pages?.fragments() ?? null, relayed };
  tell(running, { kind: 'start', start: { ...start(), ...known, ...(state.tls && { tls: state.tls }) } });
  if (state.isDraining) tell(running, { kind: 'draining' });
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
    case 'load':
      slot.load = message.load;
      break;
    case 'allocation':
      tellAllocation(state, slot, message.told);
      break;
    case 'metrics':
      state.metrics.hear(message);
      break;
    case 'ready':
      if (slot.running) slot.running.isReady = true;
      break;
    case 'failed':
      // What keeps it from its endpoints may pass.
      slot.running?.child.kill();
      break;
    case 'browser-datagram':
      state.options.pages?.take(message.bytes, message);
      break;
    case 'sealed':
    case 'hand-over':
      state.options.onForLink(message);
      break;
  }
}

function noteRelayed(state: State, slot: Slot, { endpoint, isThere }: RelayedElsewhere): void {
  const key = `${endpoint.port} ${endpoint.address}`;
  if (isThere) slot.relayed.set(key, { endpoint, isThere });
  else slot.relayed.delete(key);
  for (const { running } of state.slots) {
    if (running && running !== slot.running) tell(running, { kind: 'relayed', endpoint, isThere });
  }
}

/** Each worker has numbers of its own. */
function tellAllocation({ options }: State, { running }: Slot, { event, fields }: AllocationTold): void {
  const worker = running?.child.pid;
  options.onAllocation?.({ event, fields: { ...fields, ...(worker !== undefined && { worker }) } });
}

function ended(state: State, slot: Slot): void {
  Object.assign(slot, { running: null, load: 0 });
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

function tellAll({ slots }: State, message: ToWorker): void {
  for (const { running } of slots) if (running) tell(running, message);
}

function tellReading({ slots }: State, message: ToWorker): void {
  for (const { running } of slots) if (running && isReading(running)) tell(running, message);
}

function tellOne(state: State, message: ToWorker): boolean {
  const { slots } = state;
  for (let left = slots.length; left > 0; left--) {
    const running = slots[state.turn++ % slots.length]?.running;
    if (running?.isReady && isReading(running) && tell(running, message)) return true;
  }
  return false;
}

/** Ends all of them: each closes what it has open when nobody speaks to it any more. */
async function close(state: State): Promise<void> {
  state.isClosing = true;
  await Promise.all(
    state.slots.map(async ({ running, replacing }) => {
      if (replacing) clearTimeout(replacing);
      if (running) await endRunning(running);
    }),
  );
}

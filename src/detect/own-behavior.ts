/**
 * Finds out what this host's NAT does, beside something else that goes on meanwhile: again where that was cut short, and where
 * the host has changed networks.
 */
import { isDeepStrictEqual } from 'node:util';
import { type Endpoint, familyOf, formatEndpoint } from '../endpoint.ts';
import { explainReason, type Reason } from '../nat/reason.ts';
import type { FamilyReport } from '../nat/report.ts';
import { createBackOff } from '../net/back-off.ts';
import { now } from '../net/driver.ts';
import { pause } from '../net/waits.ts';
import type { ToldBehavior } from '../rendezvous/protocol/fields.ts';
import { detectWith } from './detect.ts';
import type { ToldServers } from './servers.ts';
import { DETECT_TIMEOUT_MS } from './timeout.ts';

/** The least times between two detections, however often the server is lost. */
const GAPS_MS = [0, 2_000, 10_000, 30_000] as const;
const SETTLED_MS = 60_000;
const UNKNOWN: ToldBehavior = { mapping: 'undetermined', filtering: 'undetermined' };

export interface OwnBehavior extends Disposable {
  /**
   * Resolves with what a peer is told while the server sees this host at `own`: what is known, or what the detection finds
   * that is under way, or is begun where something is missing since the server was lost. It waits no longer than one detection takes, and what is found
   * later is a change.
   * @throws the signal's reason when aborted, or disposed of; UsageError when the local address is none of this host.
   */
  readonly find: (own: Endpoint) => Promise<ToldBehavior>;
  /** The server was lost: a detection that is under way finds out nothing any more, and is ended. */
  readonly doubt: () => void;
  /** Returns in words why the last detection left something undetermined; null where it left nothing, or none has ended. */
  readonly why: () => string | null;
  /** Sets the one receiver, which is called when something else is found than `find` has last told. */
  readonly onChanged: (receive: () => void) => void;
}

export interface OwnBehaviorOptions {
  /** The server that a detection asks which begins now. */
  readonly server: () => Endpoint;
  /** Further STUN servers that the user has named, as `HOST[:PORT]`. */
  readonly stunServers?: readonly string[] | undefined;
  /** What the server tells of itself and of others, once that has come; null when nothing will. */
  readonly later?: Promise<ToldServers | null> | undefined;
  readonly local: string | undefined;
  readonly signal: AbortSignal | undefined;
  /** Runs one detection; default: with `detect`. */
  readonly detection?: (signal: AbortSignal) => Promise<ToldBehavior>;
}

interface State {
  readonly detection: (signal: AbortSignal) => Promise<ToldBehavior>;
  /** Ends everything. */
  readonly signal: AbortSignal;
  readonly nextMs: (now: number) => number;
  running: { readonly ended: AbortController; readonly result: Promise<void> } | null;
  /** Whether the server was lost since the last detection began: what it left undetermined may be found out now. */
  isDoubted: boolean;
  /** What the detections behind this address have found; null before the first result. */
  found: ToldBehavior | null;
  address: string | null;
  /** What `find` has last told. */
  told: ToldBehavior | null;
  onChanged: () => void;
}

/** Begins a detection at once; everything ends when it is disposed of. */
export function findOwnBehavior(options: OwnBehaviorOptions): OwnBehavior {
  const ended = new AbortController();
  let why: string | null = null;
  const onReason = (reason: Reason | null): void => {
    why = reason && explainReason(reason);
  };
  const { signal, detection = (either) => detectOnce({ ...options, onReason }, either) } = options;
  const state: State = {
    detection,
    signal: signal ? AbortSignal.any([signal, ended.signal]) : ended.signal,
    nextMs: createBackOff(GAPS_MS, SETTLED_MS).next,
    ...{ running: null, isDoubted: false, found: null, address: null, told: null, onChanged: () => {} },
  };
  begin(state);
  return {
    find: (own) => find(state, own),
    doubt: () => doubt(state),
    why: () => why,
    onChanged: (receive) => {
      state.onChanged = receive;
    },
    [Symbol.dispose]: () => ended.abort(),
  };
}

async function detectOnce(
  {
    server: serverNow,
    stunServers = [],
    later,
    local,
    onReason,
  }: OwnBehaviorOptions & { readonly onReason: (reason: Reason | null) => void },
  signal: AbortSignal,
): Promise<ToldBehavior> {
  const server = serverNow();
  const [servers, family] = [[formatEndpoint(server), ...stunServers], familyOf(server.address)];
  const report = await detectWith({ servers, family, later, local, signal });
  onReason(report.mapping.reason ?? report.filtering.reason);
  return toldOf(report);
}

/** What a peer is told: a mapping that is known only to depend on the destination is taken at its strictest. */
export function toldOf({ verdict, mapping, filtering, allocation, early }: FamilyReport): ToldBehavior {
  const { reason: _, samples: __, ...told } = allocation;
  const isMoving = mapping.behavior === 'undetermined' && verdict.type === 'symmetric';
  return {
    mapping: isMoving ? 'address-and-port-dependent' : mapping.behavior,
    filtering: filtering.behavior,
    allocation: told,
    ...(early?.behavior === 'changes-port' && { early: early.behavior }),
  };
}

function begin(state: State): void {
  const ended = new AbortController();
  const running = { ended, result: run(state, ended.signal) };
  state.running = running;
  state.isDoubted = false;
  const settle = (): void => {
    if (state.running === running) state.running = null;
  };
  // Whoever waits for it is told; there may be nobody who does.
  running.result.then(settle, settle);
}

/** Resolves without a result when `ended` is aborted. */
async function run(state: State, ended: AbortSignal): Promise<void> {
  const either = AbortSignal.any([state.signal, ended]);
  try {
    const waitMs = state.nextMs(now());
    if (waitMs > 0) await pause(waitMs, either);
    const found = await state.detection(either);
    if (!ended.aborted) take(state, found);
  } catch (error) {
    if (!ended.aborted) throw error;
  }
}

/** Keeps what was found, unless that says less than what was found before. */
function take(state: State, found: ToldBehavior): void {
  if (state.found && found.mapping === 'undetermined') return;
  state.found = found;
  if (state.told && !isDeepStrictEqual(state.told, found)) state.onChanged();
}

async function find(state: State, { address }: Endpoint): Promise<ToldBehavior> {
  if (state.address !== null && state.address !== address) {
    doubt(state);
    state.found = null;
  }
  state.address = address;
  const isWanting = state.found === null || (state.isDoubted && !isComplete(state.found));
  if (!state.running && isWanting) begin(state);
  if (state.running) await inTime(state.running.result);
  state.told = state.found ?? UNKNOWN;
  return state.told;
}

function isComplete(found: ToldBehavior | null): boolean {
  return found !== null && found.mapping !== 'undetermined' && found.filtering !== 'undetermined';
}

async function inTime(result: Promise<void>): Promise<void> {
  const late = new AbortController();
  try {
    await Promise.race([result, pause(DETECT_TIMEOUT_MS, late.signal).catch(() => {})]);
  } finally {
    late.abort();
  }
}

function doubt(state: State): void {
  state.isDoubted = true;
  state.running?.ended.abort();
  state.running = null;
}

/** Keeps connections to several brokers at once, from a list: one that fails is left for another, and tried again later. */
import { createBackOff } from '../../back-off.ts';
import { now } from '../../driver.ts';
import type { Resolver } from '../../lookup/resolver.ts';
import { pause, unlessAborted } from '../../waits.ts';
import { type BrokerClient, openBroker } from './client.ts';
import type { BrokerUrl } from './url.ts';

/** How many brokers are used at once. */
const AT_ONCE = 3;
/** The least times from one attempt at a broker to the next; a third of each is added at random, so that not all come back at once. */
const GAPS_MS = [1_000, 2_000, 5_000, 15_000, 60_000, 300_000] as const;
const SETTLED_MS = 600_000;
const JITTER = 1 / 3;

export type BrokerEvent =
  /** `broker` is its place in the list. */
  | { readonly kind: 'opened'; readonly broker: number }
  | { readonly kind: 'heard'; readonly broker: number; readonly bytes: Uint8Array }
  /** One broker has failed, or was lost; the reason is one sentence. */
  | { readonly kind: 'failed'; readonly broker: number; readonly reason: string; readonly wasOpen: boolean }
  /** None is open, and each has failed since the last one was; their reasons. */
  | { readonly kind: 'all-failed'; readonly reasons: readonly string[] };

export interface BrokerPoolOptions {
  readonly urls: readonly BrokerUrl[];
  readonly topic: string;
  readonly ca?: string | undefined;
  /** The time that a broker has to be open by; default: that of a client. */
  readonly openTimeoutMs?: number | undefined;
  readonly resolver: Resolver;
  /** Draws from 0 to 1, for the pauses. */
  readonly random: () => number;
  readonly onEvent: (event: BrokerEvent) => void;
}

export interface BrokerPool extends AsyncDisposable {
  readonly [Symbol.asyncDispose]: () => Promise<void>;
  /** Gives the bytes to that broker, or to all that are open where it is null. */
  readonly publish: (broker: number | null, bytes: Uint8Array) => void;
  /** How many are open. */
  readonly open: () => number;
  /** Rejects with what a callback, or a bug, has thrown; never resolves. */
  readonly broken: Promise<never>;
}

interface Slot {
  readonly index: number;
  readonly url: BrokerUrl;
  readonly nextMs: (now: number) => number;
  /** When it may be tried again. */
  notBefore: number;
}

interface State extends BrokerPoolOptions {
  readonly ended: AbortController;
  readonly clients: Map<number, BrokerClient>;
  /** The brokers that nobody holds or tries, the next one first. */
  readonly free: Slot[];
  /** Why each has failed since one was open. */
  readonly reasons: Map<number, string>;
}

/** Begins to connect. Disposing of the pool ends every connection. */
export function openBrokers(options: BrokerPoolOptions): BrokerPool {
  const free = options.urls.map((url, index) => ({
    ...{ index, url, notBefore: Number.NEGATIVE_INFINITY },
    nextMs: createBackOff(GAPS_MS, SETTLED_MS).next,
  }));
  for (const { nextMs } of free) nextMs(now());
  const state: State = { ...options, ended: new AbortController(), clients: new Map(), free, reasons: new Map() };
  const broken = Promise.withResolvers<never>();
  broken.promise.catch(() => {});
  const works = Array.from({ length: Math.min(AT_ONCE, free.length) }, () =>
    keepOne(state).catch((error: unknown) => {
      if (!state.ended.signal.aborted) broken.reject(error);
    }),
  );
  return {
    publish: (broker, bytes) => {
      for (const [index, client] of state.clients) if (broker === null || broker === index) client.publish(bytes);
    },
    open: () => state.clients.size,
    broken: broken.promise,
    [Symbol.asyncDispose]: async () => {
      state.ended.abort();
      await Promise.all(works);
    },
  };
}

/** Keeps one broker at a time, until the pool ends. */
async function keepOne(state: State): Promise<void> {
  const { free, ended, random } = state;
  const { signal } = ended;
  while (!signal.aborted) {
    const slot = free.shift();
    if (!slot) return;
    const waitMs = slot.notBefore - now();
    if (waitMs > 0) await pause(waitMs, signal);
    await useOne(state, slot);
    slot.notBefore = now() + slot.nextMs(now()) * (1 + JITTER * random());
    free.push(slot);
    free.sort((a, b) => a.notBefore - b.notBefore);
  }
}

/** Connects to one broker, and stays until it is lost. */
async function useOne(state: State, { index, url }: Slot): Promise<void> {
  const { topic, ca, openTimeoutMs, resolver, onEvent, ended, clients } = state;
  const { signal } = ended;
  const onMessage = (bytes: Uint8Array): void => {
    if (clients.has(index)) onEvent({ kind: 'heard', broker: index, bytes });
  };
  const opened = await openBroker(url, { topic, ca, openTimeoutMs, resolver, signal, onMessage });
  if (opened.outcome === 'failed') {
    failed(state, { broker: index, reason: opened.reason, wasOpen: false });
    return;
  }
  await using client = opened.client;
  clients.set(index, client);
  state.reasons.clear();
  onEvent({ kind: 'opened', broker: index });
  try {
    const reason = await unlessAborted(client.closed, signal);
    clients.delete(index);
    failed(state, { broker: index, reason, wasOpen: true });
  } finally {
    clients.delete(index);
  }
}

function failed(
  { urls, clients, reasons, onEvent }: State,
  failure: { readonly broker: number; readonly reason: string; readonly wasOpen: boolean },
): void {
  onEvent({ kind: 'failed', ...failure });
  reasons.set(failure.broker, failure.reason);
  if (clients.size > 0 || reasons.size < urls.length) return;
  onEvent({ kind: 'all-failed', reasons: [...reasons.values()] });
  reasons.clear();
}

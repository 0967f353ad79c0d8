/**
 * Measures the NATs of browsers, as a sans-IO state machine: to each page it is an ICE peer (RFC 8445) with an endpoint for every
 * place of an RFC 5780 server, which checks the browser from there.
 */

import type { Family } from '../../../src/endpoint.ts';
import { BROWSER_VERSION, pageMessage } from '../../../src/nat/browser/protocol.ts';
import { parseMessage } from '../../../src/rendezvous/protocol/parse.ts';
import { conclude } from './conclude.ts';
import { type BrowserCounts, createCounts, endOf } from './counts.ts';
import type { BrowserInput, BrowserOutput, PageFragment } from './input-output.ts';
import { PAGE_MAX_MS, PAGES_MAX, PAGES_PER_SOURCE } from './limits.ts';
import type { Places } from './places.ts';
import { isForPage, receive } from './receive.ts';
import { stepRounds } from './round.ts';
import type { Page, State } from './state.ts';
import { begin, end, finish, nameOf } from './trial.ts';

export interface Browsers {
  /** Takes an input, and gives what it leads to, in order. `now` is in ms of any one monotonic clock. */
  readonly handle: (now: number, input: BrowserInput) => readonly BrowserOutput[];
  /** Whether a datagram belongs to a detection, or pretends to. */
  readonly isFor: (bytes: Uint8Array) => boolean;
  /** The fragments that datagrams may name now, one for each socket of a page. */
  readonly fragments: () => readonly PageFragment[];
  readonly population: () => { readonly pages: number; readonly detections: number };
  readonly counts: BrowserCounts;
}

/** @param places the endpoints of the server in each family, as they are when a detection begins. */
export function createBrowsers({
  places,
  randomBytes,
  pagesPerSource = PAGES_PER_SOURCE,
}: {
  readonly places: () => ReadonlyMap<Family, Places>;
  readonly randomBytes: (length: number) => Uint8Array;
  readonly pagesPerSource?: number;
}): Browsers {
  const state: State = {
    ...{
      places,
      randomBytes,
      pagesPerSource,
      pages: new Map(),
      sources: new Map(),
      sockets: new Map(),
      sent: new Map(),
    },
    ...{ counts: createCounts(), outputs: [] },
  };
  return {
    handle: (now, input) => {
      apply(now, state, input);
      const { outputs } = state;
      state.outputs = [];
      return outputs;
    },
    isFor: (bytes) => isForPage(state, bytes),
    fragments: () => [...state.sockets.values()].map(({ trial, socket }) => nameOf(trial, socket)),
    counts: state.counts,
    population: () => ({
      pages: state.pages.size,
      detections: [...state.pages.values()].reduce((sum, { trials }) => sum + trials.size, 0),
    }),
  };
}

function apply(now: number, state: State, input: BrowserInput): void {
  switch (input.kind) {
    case 'opened':
      open(now, state, input);
      break;
    case 'closed':
      forget(state, input.page);
      break;
    case 'message':
      hear(now, state, input);
      break;
    case 'datagram':
      receive(now, state, input);
      break;
    case 'tick':
      tick(now, state);
      break;
  }
}

function open(now: number, state: State, { page, source }: Extract<BrowserInput, { readonly kind: 'opened' }>): void {
  const ofSource = state.sources.get(source) ?? 0;
  if (state.pages.size >= PAGES_MAX || ofSource >= state.pagesPerSource) {
    state.counts.ends.refused++;
    const detail = 'too many pages are being measured; try again later';
    state.outputs.push({ kind: 'send', page, message: { type: 'error', reason: 'busy', detail } });
    state.outputs.push({ kind: 'close', page, reason: 'busy' });
    return;
  }
  state.sources.set(source, ofSource + 1);
  state.pages.set(page, { number: page, source, openedAt: now, begun: 0, arrivalMs: now, trials: new Map() });
  const families = [...state.places().keys()];
  state.outputs.push({ kind: 'send', page, message: { type: 'welcome', version: BROWSER_VERSION, families } });
}

function forget(state: State, number: number): void {
  const page = state.pages.get(number);
  if (!page) return;
  for (const family of page.trials.keys()) end(state, page, family);
  state.pages.delete(number);
  const left = (state.sources.get(page.source) ?? 0) - 1;
  if (left > 0) state.sources.set(page.source, left);
  else state.sources.delete(page.source);
}

function hear(now: number, state: State, input: Extract<BrowserInput, { readonly kind: 'message' }>): void {
  const page = state.pages.get(input.page);
  if (!page) return;
  const parsed = parseMessage(pageMessage, input.text ?? '');
  if (!parsed.ok) {
    state.counts.ends.refused++;
    const message = { type: 'error', reason: 'bad-message', detail: parsed.problem } as const;
    state.outputs.push({ kind: 'send', page: input.page, message });
    close(state, page, 'bad message');
    return;
  }
  const { message } = parsed;
  const trial = page.trials.get(message.family);
  if (message.type === 'begin') begin(now, state, { page, message });
  else if (trial) trial.startedAt ??= now;
}

function close(state: State, page: Page, reason: string): void {
  forget(state, page.number);
  state.outputs.push({ kind: 'close', page: page.number, reason });
}

function tick(now: number, state: State): void {
  for (const page of state.pages.values()) {
    if (now - page.openedAt >= PAGE_MAX_MS) close(state, page, 'it has been open for too long');
    for (const trial of page.trials.values()) {
      if (trial.isOver) continue;
      stepRounds(now, state, trial);
      const result = conclude(now, trial);
      if (!result) continue;
      state.outputs.push({ kind: 'send', page: page.number, message: result });
      state.counts.ends[endOf(result)]++;
      finish(state, trial);
    }
  }
}

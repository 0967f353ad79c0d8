/** Begins and ends the detections of a page. */

import type { Family } from '../../../src/endpoint.ts';
import { createCredentials, type IceCredentials } from '../../../src/ice/credentials.ts';
import { BROWSER_SOCKETS, type BrowserSocket } from '../../../src/nat/browser/places.ts';
import type { PageMessage, SocketCredentials } from '../../../src/nat/browser/protocol.ts';
import { createPace } from '../../../src/nat/probes/pace.ts';
import { shortTermKey } from '../../../src/stun/integrity.ts';
import type { PageFragment } from './input-output.ts';
import { TRIALS_PER_PAGE } from './limits.ts';
import { CHECKS, type Check, type CheckName, type Page, type Socket, type State, type Trial } from './state.ts';

/** Begins a detection in place of the one before over the same family, and tells the page where to send checks. */
export function begin(
  now: number,
  state: State,
  { page, message }: { readonly page: Page; readonly message: Extract<PageMessage, { readonly type: 'begin' }> },
): void {
  const { family, sockets: theirs } = message;
  const places = state.places().get(family);
  if (!places || ++page.begun > TRIALS_PER_PAGE) {
    state.counts.ends.refused++;
    const reason = places ? 'busy' : 'no-such-family';
    const detail = places ? 'this page has begun too many detections: reload it' : `this server has no ${family}`;
    state.outputs.push({ kind: 'send', page: page.number, message: { type: 'error', reason, detail } });
    return;
  }
  end(state, page, family);
  const ours = credentialsOf(() => createCredentials(state.randomBytes));
  const trial: Trial = {
    ...{ family, page, places: places.endpoints, isLent: places.isLent },
    ...{ pace: createPace(), begunAt: now, startedAt: null },
    ...{ lastRoundAt: Number.NEGATIVE_INFINITY, mapping: null, filtering: null, isOver: false },
    sockets: {
      control: createSocket('control', ours, theirs),
      filtering: createSocket('filtering', ours, theirs),
      base: createSocket('base', ours, theirs),
    },
    checks: Object.fromEntries(CHECKS.map(({ name }) => [name, createCheck()])) as Record<CheckName, Check>,
  };
  page.trials.set(family, trial);
  for (const name of BROWSER_SOCKETS) addSocket(state, trial, trial.sockets[name]);
  const begun = { type: 'begun', family, sockets: ours, endpoints: places.endpoints } as const;
  state.outputs.push({ kind: 'send', page: page.number, message: begun });
}

function credentialsOf(create: () => IceCredentials): SocketCredentials {
  return { control: create(), filtering: create(), base: create() };
}

function createSocket(name: BrowserSocket, ours: SocketCredentials, theirs: SocketCredentials): Socket {
  const { ufrag, pwd } = ours[name];
  const other = theirs[name];
  return {
    name,
    ufrag,
    // RFC 8445 §7.2.2: the fragment of whoever is asked comes first.
    username: `${ufrag}:${other.ufrag}`,
    key: shortTermKey(pwd),
    asked: { username: `${other.ufrag}:${ufrag}`, key: shortTermKey(other.pwd) },
    ...{ priority: null, sights: new Map(), hasMoved: false, proven: new Set(), credit: new Map() },
  };
}

function createCheck(): Check {
  return { sends: [], to: null, answer: null };
}

/** Ends a detection that has its result; its base socket is answered still, since the browser may not have heard yet. */
export function finish(state: State, trial: Trial): void {
  trial.isOver = true;
  for (const name of ['control', 'filtering'] as const) removeSocket(state, trial, trial.sockets[name]);
  for (const [id, sent] of state.sent) if (sent.trial === trial) state.sent.delete(id);
}

/** Forgets the detection over that family. */
export function end(state: State, page: Page, family: Family): void {
  const trial = page.trials.get(family);
  if (!trial) return;
  page.trials.delete(family);
  if (!trial.isOver) state.counts.ends.abandoned++;
  finish(state, trial);
  removeSocket(state, trial, trial.sockets.base);
}

/** The fragment of a socket, and what is tested by it. */
export function nameOf({ family }: Trial, { ufrag: fragment, name: socket }: Socket): PageFragment {
  return { fragment, family, socket };
}

function addSocket(state: State, trial: Trial, socket: Socket): void {
  state.sockets.set(socket.ufrag, { trial, socket });
  state.outputs.push({ kind: 'fragment', ...nameOf(trial, socket), isThere: true });
}

function removeSocket(state: State, trial: Trial, socket: Socket): void {
  if (state.sockets.delete(socket.ufrag)) {
    state.outputs.push({ kind: 'fragment', ...nameOf(trial, socket), isThere: false });
  }
}

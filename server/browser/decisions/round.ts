/**
 * Sends the server's checks. Rounds are as those of a detection by the command line (src/nat/discovery/filtering.ts): a companion
 * whose way is open, the checks that the filter may stop, and the same from the same places to the control socket.
 */

import { type Endpoint, formatEndpoint } from '../../../src/endpoint.ts';
import { encodeCheck } from '../../../src/ice/checks/messages.ts';
import { randomTieBreaker } from '../../../src/ice/role.ts';
import type { Place } from '../../../src/nat/browser/places.ts';
import { STEADY_SENDS } from '../../../src/nat/probes/pace.ts';
import type { Send } from '../../../src/nat/probes/probe.ts';
import { answeredCount, dueSends, MAX_ROUNDS } from '../../../src/nat/probes/silence.ts';
import { hex } from '../../../src/stun/hex.ts';
import { take, waitMs } from '../../limit/bucket.ts';
import { drawTransactionId } from './fragment.ts';
import { CHECK_RATE } from './limits.ts';
import { type Elsewhere, passageOf } from './passage.ts';
import { CHECKS, type CheckName, type Socket, type State, type Trial } from './state.ts';

/** That of a peer-reflexive candidate without preferences (RFC 8445 §5.1.2.1), as every check has to name one. */
const PRIORITY = 0x6e0000ff;
/** How long the control socket may take to have checked every place before rounds begin all the same. */
const OPENING_MS = 1_000;
/** When the companions of so many rounds are missing, the path is cut, and rounds would be used up in vain. */
const OUTAGE_ROUNDS = 4;

/** Sends the check, if it may go there. */
export function ask(
  now: number,
  state: State,
  { trial, name, to }: { readonly trial: Trial; readonly name: CheckName; readonly to: Endpoint },
): void {
  const asked = CHECKS.find((one) => one.name === name);
  const from = asked && trial.places[asked.from];
  if (!asked || !from) return;
  const socket = trial.sockets[asked.socket];
  if (!spend(now, { trial, socket, to })) return;
  const send: Send = { at: now, answeredAt: null };
  const check = trial.checks[name];
  check.sends.push(send);
  check.to = to;
  // One fragment for all checks of a detection: whoever sends some of them for this server knows by it who has spoken.
  const transactionId = drawTransactionId(trial.sockets.control.ufrag, state.randomBytes);
  state.sent.set(hex(transactionId), { trial, name, send, from, to });
  const bytes = encodeCheck({
    ...{ transactionId, ...socket.asked, priority: PRIORITY, role: 'controlled', nominates: false },
    tieBreaker: randomTieBreaker(state.randomBytes),
  });
  state.outputs.push({ kind: 'transmit', from, to, bytes });
}

/** Takes what one check costs: of the page's rate, and of the endpoint's credit until it has shown that it hears the server. */
function spend(
  now: number,
  { trial, socket, to }: { readonly trial: Trial; readonly socket: Socket; readonly to: Endpoint },
): boolean {
  const key = formatEndpoint(to);
  const credit = socket.credit.get(key) ?? 0;
  const isProven = socket.proven.has(key);
  if (!isProven && credit === 0) return false;
  const next = take(now, trial.page.arrivalMs, CHECK_RATE);
  if (next === null) return false;
  trial.page.arrivalMs = next;
  if (!isProven) socket.credit.set(key, credit - 1);
  return true;
}

/** Sends a round, if one is due, and the page's rate has room for all of it: half a round is no evidence. */
export function stepRounds(now: number, state: State, trial: Trial): void {
  const { filtering } = trial.sockets;
  const target = filtering.sights.get('primary')?.endpoint;
  if (trial.filtering || !target || !filtering.proven.has(formatEndpoint(target))) return;
  if (!isOpened(now, trial) || now < nextRoundAt(trial, now)) return;
  const round = roundOf(now, trial, target);
  const { burst, intervalMs } = CHECK_RATE;
  if (waitMs(now, trial.page.arrivalMs, { burst: burst - round.length + 1, intervalMs }) > 0) return;
  trial.lastRoundAt = now;
  for (const { name, to } of round) ask(now, state, { trial, name, to });
}

function roundOf(
  now: number,
  trial: Trial,
  target: Endpoint,
): readonly { readonly name: CheckName; readonly to: Endpoint }[] {
  const changed = undecided(now, trial).flatMap((place) => {
    const way = trial.sockets.control.sights.get(place)?.endpoint;
    return [{ name: place, to: target }, ...(way ? [{ name: `control.${place}` as const, to: way }] : [])];
  });
  return [{ name: 'plain', to: target }, ...changed];
}

function undecided(now: number, trial: Trial): readonly Elsewhere[] {
  const elsewhere = ['other-port', 'other-address-and-port'] as const;
  return elsewhere.filter((place) => trial.places[place] && passageOf(now, trial, place) === null);
}

/**
 * Whether the control socket has checked every place, or has had its time. A browser sends the checks that another one triggers
 * first (RFC 8445 §7.3.1.4), so the control must not be asked before.
 */
function isOpened(now: number, { sockets, places }: Trial): boolean {
  const { sights } = sockets.control;
  const all = (Object.keys(places) as Place[]).every((place) => sights.has(place));
  const first = sights.get('primary');
  return all || (first !== undefined && now - first.firstAt >= OPENING_MS);
}

function nextRoundAt({ checks, pace, lastRoundAt }: Trial, now: number): number {
  const { sends } = checks.plain;
  if (sends.length >= MAX_ROUNDS) return Number.POSITIVE_INFINITY;
  const lastDue = dueSends(now, sends, pace).slice(-OUTAGE_ROUNDS);
  const isCut = lastDue.length === OUTAGE_ROUNDS && answeredCount(lastDue) === 0;
  return lastRoundAt + (isCut ? pace.gapMs(Math.min(Math.max(1, sends.length), STEADY_SENDS)) : pace.roundMs());
}

/** Scheduling checks: one in each Ta, triggered checks first (RFC 8445 §6.1.4). */
import type { AgentState } from '../agent-state.ts';
import { MAX_NOMINATION_SENDS, MAX_SENDS, TRIGGERED_GAPS } from '../checklist/pace.ts';
import { failPair, isUnderWay, type Pair } from '../checklist/pair.ts';
import { isFinal } from '../selected-pair/selection.ts';
import { check } from './check.ts';

/** Queues a new check in place of one under way, since now both NATs may be open (RFC 8445 §7.3.1.4). */
export function triggerCheck({ triggered }: AgentState, pair: Pair): void {
  if (pair.state === 'succeeded') return;
  if (pair.state !== 'in-progress') {
    pair.state = 'waiting';
    pair.sendFailures = 0;
    pair.gaps = 0;
  }
  pair.sends = 0;
  pair.gaps = Math.min(pair.gaps, TRIGGERED_GAPS);
  triggered.add(pair);
}

/** Fails the pairs whose last send has had its time. */
export function giveUpSilent(now: number, { checklist }: AgentState): void {
  for (const pair of checklist.pairs()) {
    const limit = pair.state === 'succeeded' ? MAX_NOMINATION_SENDS : MAX_SENDS;
    if (isUnderWay(pair) && pair.dueAt <= now && pair.sends >= limit) failPair(pair);
  }
}

/** How many triggered checks go out in a row while another pair waits: one pair that triggers for ever must not starve it. */
const MAX_TRIGGERED_IN_A_ROW = 3;

/** Sends one check when its slot has come (RFC 8445 §6.1.4.2); returns when the next may go. */
export function checkNext(now: number, state: AgentState): number {
  const { triggered, checklist, config, slotAt } = state;
  const ordinary = isFinal(state) ? undefined : checklist.nextOrdinary(triggered);
  const due = checklist.nextDue();
  const isOtherReady = ordinary !== undefined || (due !== undefined && due.dueAt <= now);
  const [first] = isOtherReady && state.triggeredInARow >= MAX_TRIGGERED_IN_A_ROW ? [] : triggered;
  const next = first ?? ordinary ?? due;
  const readyAt = first || ordinary ? now : (due?.dueAt ?? Number.POSITIVE_INFINITY);
  // A triggered check may go in advance of its slot, by one slot at most, so that the rate stays one in Ta.
  const mayAt = first ? slotAt - config.taMs : slotAt;
  if (!next || readyAt > now || mayAt > now) return Math.max(readyAt, mayAt);
  state.triggeredInARow = first ? state.triggeredInARow + 1 : 0;
  triggered.delete(next);
  check(now, state, next);
  state.slotAt = Math.max(slotAt, now) + config.taMs;
  return triggered.size > 0 ? state.slotAt - config.taMs : state.slotAt;
}

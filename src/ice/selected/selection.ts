/** What pairs go through on the way to the selected one: role, failure, selection (RFC 8445 §7.3.1.1, §8). */
import type { AgentState } from '../agent-state.ts';
import { pairPriority } from '../candidates/priority.ts';
import { isRelayed, type Pair, reportOf } from '../checklist/pair.ts';
import type { Role } from '../role.ts';
import { createConsent } from './consent.ts';

/** A nomination begun in the former role is void. */
export function switchRole(state: AgentState, now: number, role: Role): void {
  if (state.role === role) return;
  state.role = role;
  for (const pair of state.checklist.pairs()) {
    if (pair.nomination !== 'nominated') pair.nomination = 'none';
  }
  state.checklist.sort();
  state.emit(now, { kind: 'role-switched', role });
}

export function failPair(pair: Pair): void {
  rest(pair);
  pair.state = 'failed';
  pair.nomination = 'none';
  pair.validAt = null;
}

/** Ends what is under way on the pair; late answers still count. */
export function rest(pair: Pair): void {
  pair.dueAt = Number.POSITIVE_INFINITY;
}

/** Whether nothing better is looked for: with a relayed path a direct one still is. */
export function isFinal({ selected }: AgentState): boolean {
  return selected !== null && !isRelayed(selected);
}

/**
 * The pair is valid and nominated: from now on data goes there. An aggressive nominator may come back with a better
 * one; the best counts (RFC 5245 §8.1.1.2). So does a direct path that opens after a relayed one.
 */
export function select(state: AgentState, now: number, pair: Pair): void {
  pair.nomination = 'nominated';
  const { selected, role, checklist, randomBytes } = state;
  if (selected && pairPriority(role, selected) >= pairPriority(role, pair)) return;
  state.selected = pair;
  const rttMs = pair.rttMs ?? 0;
  const random = (): number => Buffer.from(randomBytes(4)).readUInt32BE() / 2 ** 32;
  state.consent = createConsent({ now, rttMs, random });
  for (const other of checklist.pairs()) {
    if (other.nomination === 'asked' || (!isFinal(state) && !isRelayed(other))) continue;
    rest(other);
    state.triggered.delete(other);
  }
  const report = { pair: reportOf(pair), rttMs };
  if (selected) state.emit(now, { kind: 'pair-switched', ...report });
  else state.emit(now, { kind: 'connected', ...report, checksSent: state.checksSent });
}

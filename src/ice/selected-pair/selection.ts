/** Selecting a pair, and switching the role (RFC 8445 §8.1.1, §7.3.1.1). */
import { type AgentState, emit } from '../agent-state.ts';
import { pairPriority } from '../candidates/priority.ts';
import { isRelayed, type Pair, reportOf, rest } from '../checklist/pair.ts';
import type { Role } from '../role.ts';
import { consentSilentAt, createConsent } from './consent.ts';

/** Takes a role; nominations that began in the former one are void. */
export function switchRole(now: number, state: AgentState, role: Role): void {
  if (state.role === role) return;
  state.role = role;
  for (const pair of state.checklist.pairs()) {
    if (pair.nomination !== 'nominated') pair.nomination = 'none';
  }
  state.checklist.sort();
  emit(now, state, { kind: 'role-switched', role });
}

/** Whether no better pair is looked for: beside a relayed pair a direct one still is. */
export function isFinal({ selected }: AgentState): boolean {
  return selected !== null && !isRelayed(selected);
}

/**
 * Selects a pair that is valid and nominated, unless a better one is selected already and not silent. An aggressive nominator may nominate
 * several, of which the best counts (RFC 5245 §8.1.1.2); and a direct pair may become valid after a relayed one.
 */
export function select(now: number, state: AgentState, pair: Pair): void {
  pair.nomination = 'nominated';
  const { selected, config } = state;
  if (selected && !isBetter(now, state, { selected, pair })) return;
  state.selected = pair;
  state.successor = null;
  const rttMs = pair.rttMs ?? 0;
  const random = (): number => Buffer.from(config.randomBytes(4)).readUInt32BE() / 2 ** 32;
  state.consent = createConsent(now, { rttMs, random });
  restOthers(state);
  const report = { pair: reportOf(pair), rttMs };
  if (selected) emit(now, state, { kind: 'pair-switched', ...report });
  else emit(now, state, { kind: 'connected', ...report, checksSent: state.checksSent });
}

/** Whether the pair is to take the place of the selected one: by its priority, or as that is silent and the pair no worse in kind. */
function isBetter(
  now: number,
  { role, consent }: AgentState,
  { selected, pair }: { readonly selected: Pair; readonly pair: Pair },
): boolean {
  if (selected === pair) return false;
  const isSilent = consent !== null && now >= consentSilentAt(consent);
  if (isSilent && (isRelayed(selected) || !isRelayed(pair))) return true;
  return pairPriority(role, selected) < pairPriority(role, pair);
}

/** Stops the checks that are not needed any more; beside a relayed pair those of direct pairs go on. */
function restOthers(state: AgentState): void {
  for (const pair of state.checklist.pairs()) {
    if (pair.nomination === 'asked' || (!isFinal(state) && !isRelayed(pair))) continue;
    rest(pair);
    state.triggered.delete(pair);
  }
}

/** What time alone brings about in an agent. */
import type { AgentState } from './agent-state.ts';
import { checkNext, giveUpSilent } from './checks/schedule.ts';
import { failWhenOver } from './failure.ts';
import { advanceFarewell, isLeaving } from './selected-pair/farewell.ts';
import { refreshConsent } from './selected-pair/freshness.ts';
import { nominate } from './selected-pair/nomination.ts';
import { takeOver } from './selected-pair/takeover.ts';

/** Does what is due; returns when the next thing will be. */
export function advance(now: number, state: AgentState): number {
  const farewellAt = advanceFarewell(now, state);
  if (state.isClosed || !state.remote || isLeaving(state)) return farewellAt;
  giveUpSilent(now, state);
  const nominateAt = nominate(now, state);
  const takeOverAt = takeOver(now, state);
  const checkAt = checkNext(now, state);
  const consentAt = refreshConsent(now, state);
  failWhenOver(now, state);
  const failAt = state.selected ? Number.POSITIVE_INFINITY : state.deadline;
  return Math.min(nominateAt, takeOverAt, checkAt, consentAt, failAt);
}

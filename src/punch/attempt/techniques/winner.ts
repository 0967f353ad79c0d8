/** The technique that opened a path, as `natcheck punch` names it. */
import { isRelayed, type PairReport } from '../../../ice/checklist/pair.ts';
import { PUNCH_SOCKET } from '../candidate-agent.ts';
import type { PunchPlan } from '../plan.ts';
import type { TechniqueName } from './choose-technique.ts';

/** `host` means that the peer was reached at the address of its own interface. */
export type PunchTechnique = 'host' | TechniqueName;

export function wonBy(pair: PairReport, { technique }: Pick<PunchPlan, 'technique'>): PunchTechnique {
  if (isRelayed(pair)) return 'relay';
  const isMet = pair.socket !== PUNCH_SOCKET || pair.remote.type !== 'host';
  if (isMet && (technique === 'birthday' || technique === 'port-prediction')) return technique;
  return pair.remote.type === 'host' ? 'host' : 'simultaneous-open';
}

/** The checklist: its pairs, the best first, and which of them is to be checked next (RFC 8445 §6.1.2, §6.1.4.2). */
import { type Endpoint, formatEndpoint } from '../../endpoint.ts';
import { type Candidate, canPair, type LocalCandidate } from '../candidates/candidate.ts';
import { pairPriority } from '../candidates/priority.ts';
import type { Role } from '../role.ts';
import { createPair, isUnderWay, type Pair, pairFoundation } from './pair.ts';

/** The limit of RFC 8445 §6.1.2.5. */
const MAX_PAIRS = 100;
/** The sends of 80 ms: a pair that is silent for longer no longer keeps others of its foundation frozen. */
const HOLDING_SENDS = 5;

export interface Checklist {
  /** All pairs by their priority, the highest first. */
  readonly pairs: () => readonly Pair[];
  readonly find: (socket: string, remote: Endpoint) => Pair | undefined;
  /** The new pair; null when the two cannot pair, have done so (RFC 8445 §6.1.2.4), or would be the least of too many. */
  readonly add: (local: LocalCandidate, remote: Candidate) => Pair | null;
  /** Forgets a pair that nobody has answered on. */
  readonly remove: (pair: Pair) => void;
  /** The best pair that waits for its first check, is not triggered, and need not wait for another of its foundation. */
  readonly nextOrdinary: (triggered: ReadonlySet<Pair>) => Pair | undefined;
  /** The pair whose check is due first. */
  readonly nextDue: () => Pair | undefined;
  /** To be called when the role, or the priority of a candidate, has changed. */
  readonly sort: () => void;
}

export function createChecklist(role: () => Role): Checklist {
  const byKey = new Map<string, Pair>();
  let sorted: Pair[] = [];
  const sort = (): void => {
    const order = new Map([...byKey.values()].map((pair) => [pair, pairPriority(role(), pair)]));
    sorted = [...order].sort(([, a], [, b]) => (a < b ? 1 : a > b ? -1 : 0)).map(([pair]) => pair);
  };
  /** Drops the least pair on which nothing was heard; false when there is none below `priority`. */
  const makeRoom = (priority: bigint): boolean => {
    const least = sorted.findLast(({ state, isHeard }) => state !== 'succeeded' && !isHeard);
    if (!least || pairPriority(role(), least) >= priority) return false;
    byKey.delete(keyOf(least.local.socket, least.remote.endpoint));
    return true;
  };

  return {
    pairs: () => sorted,
    find: (socket, remote) => byKey.get(keyOf(socket, remote)),
    sort,
    add: (local, remote) => {
      const key = keyOf(local.socket, remote.endpoint);
      if (byKey.has(key) || !canPair(local, remote)) return null;
      const pair = createPair(local, remote);
      if (byKey.size >= MAX_PAIRS && !makeRoom(pairPriority(role(), pair))) return null;
      byKey.set(key, pair);
      sort();
      return pair;
    },
    remove: ({ local, remote }) => {
      byKey.delete(keyOf(local.socket, remote.endpoint));
      sort();
    },
    nextOrdinary: (triggered) =>
      sorted.find(
        (pair) => !triggered.has(pair) && (pair.state === 'waiting' || (pair.state === 'frozen' && isFree(pair))),
      ),
    nextDue: () => {
      let next: Pair | undefined;
      for (const pair of sorted) if (isUnderWay(pair) && (!next || pair.dueAt < next.dueAt)) next = pair;
      return next;
    },
  };

  /** One pair of each foundation goes first; the others follow when it has succeeded, failed, or is silent. */
  function isFree(pair: Pair): boolean {
    const kin = sorted.filter((other) => other !== pair && pairFoundation(other) === pairFoundation(pair));
    if (kin.some(({ state }) => state === 'succeeded')) return true;
    return !kin.some(({ state, sends }) => state === 'waiting' || (state === 'in-progress' && sends < HOLDING_SENDS));
  }
}

function keyOf(socket: string, remote: Endpoint): string {
  return `${socket} ${formatEndpoint(remote)}`;
}

/** What is said of the two NATs before there is a path, and why it is relayed or there is none: in the words of `natcheck punch`. */
import type { Endpoint } from '../../src/endpoint.ts';
import type { Candidate } from '../../src/ice/candidates/candidate.ts';
import { formatCandidate } from '../../src/ice/candidates/sdp.ts';
import type { FamilyReport } from '../../src/nat/report.ts';
import { type PunchPlan, planPunch } from '../../src/punch/attempt/plan.ts';
import type { NoPathFacts } from '../../src/punch/report/facts.ts';
import { explainNoPath } from '../../src/punch/report/no-path.ts';
import { withRelays } from '../../src/punch/report/relays.ts';
import type { Sides } from '../../src/punch/report/step-text.ts';
import type { Role } from '../../src/rendezvous/protocol/fields.ts';
import type { Network } from './meet/signal.ts';
import { TEXT } from './text.ts';

/** What is known of one side. */
export interface Side {
  /** Null while its page has not found out. */
  readonly network: Network | null;
  readonly candidates: readonly Candidate[];
}

export interface Pair {
  readonly sides: Sides;
  readonly own: Side;
  readonly peer: Side;
}

const UNKNOWN = { mapping: 'undetermined', filtering: 'undetermined' } as const;

/** What the friend is told of this browser's network. */
export function networkOf({ verdict, mapping, filtering }: FamilyReport): Network {
  return {
    type: 'network',
    verdict: verdict.type,
    behavior: { mapping: mapping.behavior, filtering: filtering.behavior },
  };
}

/** Returns what `natcheck punch` would plan; null while one of the two networks is not known. */
export function planOf({ sides, own, peer }: Pair): PunchPlan | null {
  if (!own.network || !peer.network) return null;
  const [a, b] = [seenAt(own), seenAt(peer)];
  return planPunch(
    { id: sides.id, behavior: own.network.behavior, isRelayOnly: isBlocked(own) },
    { id: sides.peer, behavior: peer.network.behavior, isRelayOnly: isBlocked(peer) },
    { isSameNat: a !== null && a.address === b?.address },
  );
}

function isBlocked({ network }: Side): boolean {
  return network?.verdict === 'udp-blocked';
}

/** Where the server has seen a side. */
export function seenAt({ candidates }: Side): Endpoint | null {
  return candidates.find(({ type }) => type === 'srflx')?.endpoint ?? null;
}

/** Returns why there is no path; null where too little is known to say. */
export function whyNoPath(pair: Pair, seen: { readonly role: Role; readonly isHeard: boolean }): string | null {
  const { sides, own, peer } = pair;
  const plan = planOf(pair);
  const [a, b] = [seenAt(own), seenAt(peer)];
  if (!plan || !a || !b) return plan?.text ?? null;
  const behaviorOf = ({ network }: Side) => network?.behavior ?? UNKNOWN;
  const facts: NoPathFacts = {
    id: sides.id,
    plan,
    ...{ mode: 'any', undetected: null, reason: 'no-answer', isHeard: seen.isHeard, isAnswered: false },
    ...{ ports: { told: 0, heard: 0 }, moved: { own: false, peer: false }, refusals: [] },
    told: { candidates: relaysOf(own), behavior: behaviorOf(own) },
    introduction: {
      type: 'introduction',
      ...{ peer: sides.peer, endpoint: b, own: a, role: seen.role, key: '', startInMs: 0 },
      ...{ candidates: relaysOf(peer), behavior: behaviorOf(peer) },
    },
  };
  return isForPunch(plan) ? withRelays(facts, TEXT.forPunch(plan.text)) : explainNoPath(facts);
}

/** Returns why a path is relayed. The plan says what stands in the way; where it does not, something does that nobody has seen. */
export function whyRelayed(pair: Pair): string {
  const plan = planOf(pair);
  if (!plan) return TEXT.unexplained;
  if (isForPunch(plan)) return TEXT.forPunch(plan.text);
  return plan.technique === 'relay' || plan.probability === null ? plan.text : TEXT.expected;
}

/** The reflexive candidates of a browser are not told apart by socket as those of a punch are, so they explain nothing. */
function relaysOf({ candidates }: Side): readonly string[] {
  return candidates.filter(({ type }) => type === 'relay').map(formatCandidate);
}

/** Whether `natcheck punch` has a way of its own where a browser has none. */
export function isForPunch(plan: PunchPlan | null): boolean {
  return plan?.technique === 'birthday' || plan?.technique === 'port-prediction';
}

/** What the seven steps are likely to do with a pair, said before they start; and, if they fail, whose NAT it was. */
import { type Behavior, isStable, type Prospect, prospectOf } from './nat/prospect.ts';
import type { ToldBehavior } from './rendezvous/fields.ts';

/** One side: its id, and its NAT as its own detection found it. */
export interface PlanSide {
  readonly id: string;
  readonly behavior: ToldBehavior;
}

export interface PunchPlan {
  /** Null when too little is known of one side. */
  readonly prospect: Prospect | null;
  /** One sentence that names the side and the cause, and what would help. */
  readonly text: string;
}

export function planPunch(own: PlanSide, peer: PlanSide): PunchPlan {
  const [a, b] = [behaviorOf(own), behaviorOf(peer)];
  if (!a || !b) {
    const unknown = [own, peer].filter((side) => !behaviorOf(side)).map(({ id }) => id);
    return { prospect: null, text: `too little is known of the NAT of ${unknown.join(' and ')} to tell` };
  }
  const prospect = prospectOf(a, b);
  switch (prospect) {
    case 'direct':
      return { prospect, text: 'the two NATs can be opened from both sides' };
    case 'prediction': {
      const [moving, strict] = isStable(a) ? [peer, own] : [own, peer];
      const cause = `${moving.id} is behind a symmetric NAT, whose port is another toward each destination`;
      const effect = `${strict.id} lets in only the exact port that it has sent to`;
      return { prospect, text: `${cause}, and ${effect}: port prediction or a relay would help` };
    }
    case 'relay': {
      const cause = `${own.id} and ${peer.id} are both behind symmetric NATs, whose ports are others toward each destination`;
      return { prospect, text: `${cause}: a relay would help, or another NAT on one side` };
    }
  }
}

/** A destination-dependent mapping decides by itself; a stable one needs its filter known. */
function behaviorOf({ behavior: { mapping, filtering } }: PlanSide): Behavior | null {
  if (mapping === 'undetermined') return null;
  const isKnown = filtering !== 'undetermined' && filtering !== 'none';
  if (isKnown) return { mapping, filtering };
  return isStable({ mapping }) ? null : { mapping, filtering: 'address-and-port-dependent' };
}

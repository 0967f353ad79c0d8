/** The partners of a worker: the links to them are in another process, which is told and asked. */
import type { Registry } from 'prom-client';
import { type Family, familyOf } from '../../src/endpoint.ts';
import type { Layout } from '../stun/decisions/layout.ts';
import { createPartnerCounts, type PartnerCounts } from './decisions/counts.ts';
import { LONG_BYTES } from './decisions/lengths.ts';
import { createPassage, type PartnerFacts, type Passage, type Passed } from './decisions/passage.ts';
import { isForPartner } from './decisions/seal.ts';
import { createLayouts } from './layouts.ts';
import type { FromLinkForWorker, FromWorkerForLink } from './messages.ts';
import { addPartnerMetrics } from './metrics.ts';
import type { LinkSocket, PartnerService, PartnerServiceOptions } from './service.ts';
import { linkSocket } from './start.ts';

export interface PartnersElsewhereOptions {
  /** What is known at the start. */
  readonly facts: readonly PartnerFacts[];
  /** Those at the primary endpoints. */
  readonly sockets: readonly LinkSocket[];
  readonly metrics: Registry;
  readonly now: () => number;
  /** How many processes share what may be handed over. */
  readonly workers: number;
  readonly say: (message: FromWorkerForLink) => void;
}

/** What whoever answers requests has to do with a partner. */
type PartnerElsewhere = Pick<PartnerService, 'take' | 'layout' | 'handOver'>;
type AnswerFor = PartnerServiceOptions['answerFor'];

export interface PartnersElsewhere {
  /** Starts that of the layout's family; undefined where there is to be none. */
  readonly start: (layout: Layout, answerFor: AnswerFor) => PartnerElsewhere | undefined;
  readonly hear: (message: FromLinkForWorker) => void;
}

interface One {
  readonly passage: Passage;
  readonly socket: LinkSocket;
  readonly answerFor: AnswerFor;
}

export function createPartnersElsewhere(options: PartnersElsewhereOptions): PartnersElsewhere {
  const { sockets, metrics, now, workers, say } = options;
  const all = new Map<Family, One>();
  const counts = createPartnerCounts();
  // How it stands is told by the process that has the links.
  addPartnerMetrics(metrics, counts, () => []);
  const tell = (facts: readonly PartnerFacts[]): void => {
    for (const one of facts) all.get(one.family)?.passage.tell(now(), one);
  };
  return {
    start: (layout, answerFor) => {
      const socket = linkSocket(sockets, layout);
      if (!socket) return undefined;
      const passage = createPassage({ layout, workers, counts });
      all.set(familyOf(layout.addresses[0]), { passage, socket, answerFor });
      tell(options.facts);
      const pass = (passed: Passed): void => {
        if (passage.passes(now(), passed)) say(passed);
      };
      return partnerBehind(pass, createLayouts(layout, passage));
    },
    hear: (message) => {
      if (message.kind === 'partners') tell(message.facts);
      else carryOut(all, counts, message);
    },
  };
}

function partnerBehind(pass: (passed: Passed) => void, layout: PartnerElsewhere['layout']): PartnerElsewhere {
  return {
    take: (datagram, ends) => {
      if (!isForPartner(datagram)) return false;
      // One byte more than the longest sealed datagram has shows that it is none.
      pass({ kind: 'sealed', datagram: datagram.subarray(0, LONG_BYTES + 1), ...ends });
      return true;
    },
    layout,
    handOver: (handOver) => pass({ kind: 'hand-over', handOver }),
  };
}

function carryOut(
  all: ReadonlyMap<Family, One>,
  counts: PartnerCounts,
  message: Exclude<FromLinkForWorker, { readonly kind: 'partners' }>,
): void {
  switch (message.kind) {
    case 'send-to-partner':
      all.get(familyOf(message.to.address))?.socket.send(message.bytes, message.to, () => {
        counts.unsent['send-failed']++;
      });
      break;
    case 'answer-for-partner': {
      const { handOver } = message;
      const refusal = all.get(familyOf(handOver.mapped.address))?.answerFor(handOver) ?? null;
      if (refusal !== null) counts.refused[refusal]++;
      break;
    }
  }
}

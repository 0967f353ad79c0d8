/** The links to the partners in a process that has no sockets: its workers send for it, and tell it what has come. */
import { type Endpoint, type Family, familyOf } from '../../src/endpoint.ts';
import type { Layout } from '../stun/decisions/layout.ts';
import type { PartnerFacts } from './decisions/passage.ts';
import { HELLO_MS } from './decisions/standing.ts';
import type { LentEndpoints } from './lent.ts';
import type { FromLinkForWorker, FromWorkerForLink } from './messages.ts';
import type { LinkSocket, PartnerService } from './service.ts';
import { createPartners, type PartnersStart } from './start.ts';
import type { PartnerView } from './view.ts';

export interface PartnerLinksOptions extends Omit<PartnersStart, 'sockets'> {
  readonly layouts: readonly Layout[];
  readonly workers: {
    /** Tells one of them; false when none can be told. */
    readonly tellOne: (message: FromLinkForWorker) => boolean;
    readonly tellAll: (message: FromLinkForWorker) => void;
  };
}

export interface PartnerLinks extends LentEndpoints, Disposable {
  readonly views: readonly PartnerView[];
  /** What a worker has to know when it begins. */
  readonly facts: () => readonly PartnerFacts[];
  readonly hear: (message: FromWorkerForLink) => void;
}

/** Asks the partners from now on; its disposal says so to them, while there are workers to send it. */
export function linkPartners({ layouts, workers, onStanding, ...start }: PartnerLinksOptions): PartnerLinks {
  const services = new Map<Family, PartnerService>();
  const facts = (): readonly PartnerFacts[] => [...services].map(factsOf);
  const tell = (): void => workers.tellAll({ kind: 'partners', facts: facts() });
  const partners = createPartners({
    ...start,
    sockets: layouts.map(({ addresses: [address], port }) => socketOver(workers, { address, port })),
    onStanding: (view, standing) => {
      tell();
      onStanding?.(view, standing);
    },
  });
  for (const layout of layouts) {
    const service = partners.start(layout, (handOver) => {
      workers.tellOne({ kind: 'answer-for-partner', handOver });
      return null;
    });
    if (service) services.set(familyOf(layout.addresses[0]), service);
  }
  tell();
  const telling = setInterval(tell, HELLO_MS).unref();
  return {
    ...partners,
    facts,
    hear: (message) => hear(services, message),
    [Symbol.dispose]: () => {
      clearInterval(telling);
      partners[Symbol.dispose]();
    },
  };
}

function factsOf([family, { address, standing, epoch }]: readonly [Family, PartnerService]): PartnerFacts {
  return { family, address: address(), isUp: standing() === 'up', epoch: epoch() };
}

function hear(services: ReadonlyMap<Family, PartnerService>, message: FromWorkerForLink): void {
  switch (message.kind) {
    case 'hand-over':
      services.get(familyOf(message.handOver.mapped.address))?.handOver(message.handOver);
      break;
    case 'sealed':
      services.get(familyOf(message.local.address))?.take(message.datagram, message);
      break;
  }
}

/** What is sent on it goes from the same endpoint of a worker. */
function socketOver({ tellOne }: PartnerLinksOptions['workers'], local: Endpoint): LinkSocket {
  return {
    local,
    send: (bytes, { address, port }, onFailure) => {
      if (!tellOne({ kind: 'send-to-partner', bytes, to: { address, port } })) onFailure('EAGAIN');
    },
  };
}

/** Starts the link to the partner in each family of which the server has one address. */
import { randomBytes } from 'node:crypto';
import type { Registry } from 'prom-client';
import { type Family, familyOf } from '../../src/endpoint.ts';
import type { Layout } from '../stun/decisions/layout.ts';
import { createPartnerCounts } from './decisions/counts.ts';
import type { Standing } from './decisions/standing.ts';
import { type LentEndpoints, lentBy } from './lent.ts';
import { addPartnerMetrics } from './metrics.ts';
import type { PartnerOptions } from './options.ts';
import { type LinkSocket, type PartnerService, type PartnerServiceOptions, servePartner } from './service.ts';
import type { PartnerView } from './view.ts';

export interface PartnersStart {
  /** Left out, there is no partner. */
  readonly partner: PartnerOptions | undefined;
  /** Those at the primary endpoints. */
  readonly sockets: readonly LinkSocket[];
  readonly metrics: Registry;
  readonly now: () => number;
  readonly pages: PartnerServiceOptions['pages'];
  readonly onStanding: ((view: PartnerView, standing: Standing) => void) | undefined;
}

export interface Partners extends LentEndpoints, Disposable {
  /** Starts that of the layout's family; undefined where there is to be none. */
  readonly start: (layout: Layout, answerFor: PartnerServiceOptions['answerFor']) => PartnerService | undefined;
  readonly views: readonly PartnerView[];
}

export function createPartners({ partner, sockets, metrics, now, pages, onStanding }: PartnersStart): Partners {
  const views: PartnerView[] = [];
  const services = new Map<Family, PartnerService>();
  const counts = createPartnerCounts();
  if (partner) addPartnerMetrics(metrics, counts, () => views);
  return {
    ...lentBy(services, now),
    start: (layout, answerFor) => {
      const socket = linkSocket(sockets, layout);
      if (!partner || !socket) return undefined;
      const service: PartnerService = servePartner({
        ...{ ...partner, layout, socket, counts, now, randomBytes, answerFor, pages },
        onStanding: (standing) => onStanding?.(view, standing),
      });
      const { address, standing } = service;
      const family = familyOf(layout.addresses[0]);
      const view: PartnerView = { family, address, standing };
      views.push(view);
      services.set(family, service);
      return service;
    },
    views,
    [Symbol.dispose]: () => {
      for (const service of services.values()) service[Symbol.dispose]();
    },
  };
}

/** The primary socket of the layout; undefined where the server needs no partner for it. */
export function linkSocket<Socket extends LinkSocket>(
  sockets: readonly Socket[],
  { addresses }: Layout,
): Socket | undefined {
  return addresses.length > 1 ? undefined : sockets.find(({ local }) => local.address === addresses[0]);
}

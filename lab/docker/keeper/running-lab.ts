/** What there is in a running lab, as plain data: enough for another process to use it. */
import type { VerdictType } from '../../../src/nat/verdict.ts';
import { expectedVerdict } from '../../known-behavior.ts';
import type { Engine } from '../engine/engine.ts';
import type { Lab, LabSite } from '../lab.ts';
import { seenAs } from '../topology/seen-as.ts';

export interface RunningLab {
  readonly id: string;
  readonly engine: Pick<Engine, 'kind' | 'host'>;
  readonly server: RunningServer;
  readonly sites: readonly RunningSite[];
}

export interface RunningServer {
  /** Name of its container. */
  readonly container: string;
  readonly primary: string;
  readonly alternate: string;
  /** Null in a lab without IPv6. */
  readonly primary6: string | null;
  readonly alternate6: string | null;
}

export interface RunningSite {
  /** The name of its profile. */
  readonly name: string;
  /** The verdict that is right for it. */
  readonly verdict: VerdictType;
  /** The one that is right for its IPv6; null if it has none. */
  readonly verdict6: VerdictType | null;
  /** Name of the router's container. */
  readonly router: string;
  /** Name of the carrier's container, if there are two routers in a row. */
  readonly carrier: string | null;
  readonly clients: readonly RunningClient[];
}

export interface RunningClient {
  /** Name of its container. */
  readonly container: string;
  /** The id of the container of its guest; null if the lab was started without an image of its user's. */
  readonly guest: string | null;
  readonly address: string;
  /** The address at which the public side sees it: its router's, or its own where nothing is translated. */
  readonly publicAddress: string;
  /** The same of IPv6; null if it has none. */
  readonly address6: string | null;
  readonly publicAddress6: string | null;
}

export interface RunningLabOptions {
  readonly engine: Engine;
  /** The ids of guests, by the names of the clients that they run in; null if there are none. */
  readonly guests: ReadonlyMap<string, string> | null;
}

export function runningLab({ id, server, sites }: Lab, { engine, guests }: RunningLabOptions): RunningLab {
  const { kind, host } = engine;
  const { name: container, primary, alternate, primary6, alternate6 } = server;
  return {
    id,
    engine: { kind, host },
    server: { container, primary, alternate, primary6, alternate6 },
    sites: sites.map((site) => runningSite(site, guests)),
  };
}

function runningSite(site: LabSite, guests: RunningLabOptions['guests']): RunningSite {
  const { name, access, ipv6, router, carrier, clients } = site;
  return {
    name,
    verdict: expectedVerdict(access),
    verdict6: ipv6 && expectedVerdict(ipv6),
    router: router.name,
    carrier: carrier?.name ?? null,
    clients: clients.map((client) => {
      const { name: container, address, address6 } = client;
      const seen = seenAs(site, client);
      return {
        container,
        guest: guests?.get(container) ?? null,
        address,
        publicAddress: seen.addresses[0] ?? address,
        address6,
        publicAddress6: seen.address6,
      };
    }),
  };
}

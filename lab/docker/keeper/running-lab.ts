/** What there is in a running lab, as plain data: enough for another process to use it. */
import type { VerdictType } from '../../../src/nat/verdict.ts';
import { expectedVerdict } from '../../profiles.ts';
import type { Engine } from '../engine/engine.ts';
import type { Lab, LabSite } from '../lab.ts';

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
}

export interface RunningSite {
  /** The name of its profile. */
  readonly name: string;
  /** The verdict that is right for it. */
  readonly verdict: VerdictType;
  /** Name of the router's container. */
  readonly router: string;
  /** Name of the carrier's container, if there are two routers in a row. */
  readonly carrier: string | null;
  readonly clients: readonly RunningClient[];
}

export interface RunningClient {
  /** Name of its container. */
  readonly container: string;
  readonly address: string;
  /** The address at which the public side sees it: its router's, or its own where nothing is translated. */
  readonly publicAddress: string;
}

export function runningLab({ id, server, sites }: Lab, { kind, host }: Engine): RunningLab {
  return {
    id,
    engine: { kind, host },
    server: { container: server.name, primary: server.primary, alternate: server.alternate },
    sites: sites.map(runningSite),
  };
}

function runningSite({ name, access, publicAddress, router, carrier, clients }: LabSite): RunningSite {
  return {
    name,
    verdict: expectedVerdict(access),
    router: router.name,
    carrier: carrier?.name ?? null,
    clients: clients.map(({ name: container, address }) => ({
      container,
      address,
      publicAddress: access.kind === 'nat' ? publicAddress : address,
    })),
  };
}

/** A router that opens its IPv6 firewall by UPnP (WANIPv6FirewallControl:1): searched for on the link, asked over HTTP. */
import type { Endpoint } from '../../endpoint.ts';
import { type MapResult, type PortRequest, REFUSED, REQUEST_TIMEOUT_MS, type Router } from '../router.ts';
import { firstFound, type Place } from './first-found.ts';
import { exchangeHttp } from './http.ts';
import { type ActionResult, callAction, type IgdService, igdServicesOf, PINHOLE_TYPE } from './igd-service.ts';
import type { Location } from './ssdp.ts';

/** The number of UDP among the protocols of IP. */
const UDP = 17;

/**
 * Finds the first router that has such a service and lets a host open its firewall: only for a global IPv6 address of the host
 * that asks (WANIPv6FirewallControl:1 §2.5.3).
 * @param options.at whom to ask.
 */
export function findPinholeRouter(options: Place & { readonly at: readonly Endpoint[] }): Promise<Router | null> {
  return firstFound(options, routerAt);
}

/** GetFirewallStatus says whether there is a firewall, and whether anybody may open it (§2.5.1). */
async function routerAt(location: Location, { local, signal }: Place): Promise<Router | null> {
  const answer = await exchangeHttp({ ...location, local, method: 'GET', signal });
  if (answer?.status !== 200) return null;
  for (const service of igdServicesOf(answer.text, { location, type: PINHOLE_TYPE })) {
    const status = await callAction(service, { action: 'GetFirewallStatus', local, signal });
    if (status.outcome !== 'done') continue;
    const isAllowed = ['FirewallEnabled', 'InboundPinholeAllowed'].every((name) => isTrue(status.value(name)));
    return routerOf(service, { local, isAllowed });
  }
  return null;
}

/** UPnP Device Architecture 1.1 §2.5: a boolean. */
function isTrue(value: string | null): boolean {
  return value !== null && ['1', 'true', 'yes'].includes(value.toLowerCase());
}

function routerOf(
  service: IgdService,
  { local, isAllowed }: { readonly local: string; readonly isAllowed: boolean },
): Router {
  const call: Call = (action, args) =>
    callAction(service, { action, args, local, signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
  /** The router's names of what it has opened, by the port. */
  const idOf = new Map<number, string>();
  return {
    protocol: 'upnp-igd',
    endpoint: { address: service.address, port: Number(service.controlUrl.port || 80) },
    wan: null,
    isPinhole: true,
    map: async (request) => (isAllowed ? open({ call, idOf, local }, request) : REFUSED),
    unmap: async ({ internalPort }) => {
      const id = idOf.get(internalPort);
      if (id !== undefined) await call('DeletePinhole', { UniqueID: id });
    },
  };
}

type Call = (action: string, args: Readonly<Record<string, string | number>>) => Promise<ActionResult>;

interface Opener {
  readonly call: Call;
  readonly idOf: Map<number, string>;
  readonly local: string;
}

/** Renews what is open; what the router does not know any more is opened anew. */
async function open({ call, idOf, local }: Opener, { internalPort, lifetimeS }: PortRequest): Promise<MapResult> {
  const granted: MapResult = { outcome: 'granted', external: { address: local, port: internalPort }, lifetimeS };
  const known = idOf.get(internalPort);
  if (known !== undefined) {
    const renewed = await call('UpdatePinhole', { UniqueID: known, NewLeaseTime: lifetimeS });
    if (renewed.outcome !== 'refused') return renewed.outcome === 'done' ? granted : REFUSED;
  }
  const add = () => call('AddPinhole', additionOf({ local, internalPort, lifetimeS }));
  const added = await add();
  const id = idIn(added);
  if (id !== null) {
    idOf.set(internalPort, id);
    return granted;
  }
  // It may be open all the same. Who asks for the same once more is told its name (§2.5.3).
  const opened = added.outcome === 'silent' ? idIn(await add()) : null;
  if (opened !== null) await call('DeletePinhole', { UniqueID: opened });
  return REFUSED;
}

/** A number of 16 bits (§2.3.9). Without it nobody can close what is open, which the router then does by itself in two hours. */
function idIn(added: ActionResult): string | null {
  const id = added.outcome === 'done' ? added.value('UniqueID') : null;
  return id !== null && /^\d{1,5}$/.test(id) ? id : null;
}

/** From any host and port, in the order of §2.5.3. */
function additionOf(options: {
  readonly local: string;
  readonly internalPort: number;
  readonly lifetimeS: number;
}): Parameters<Call>[1] {
  return {
    RemoteHost: '',
    RemotePort: 0,
    InternalClient: options.local,
    InternalPort: options.internalPort,
    Protocol: UDP,
    LeaseTime: options.lifetimeS,
  };
}

/** A router that maps ports by UPnP-IGD: searched for on the link, asked over HTTP. */
import { randomInt } from 'node:crypto';
import type { Endpoint } from '../../endpoint.ts';
import {
  type MapResult,
  NO_WAN_ADDRESS,
  type PortRequest,
  REFUSED,
  REQUEST_TIMEOUT_MS,
  type Router,
  wanAddress,
} from '../router.ts';
import { firstFound, type Place } from './first-found.ts';
import { exchangeHttp } from './http.ts';
import { type ActionResult, callAction, type IgdService, igdServicesOf, PORT_MAPPING_TYPE } from './igd-service.ts';
import type { Location } from './ssdp.ts';

/** ConflictInMappingEntry: another host has the port (WANIPConnection:1 §2.4.16). */
const CONFLICT = 718;
const ATTEMPTS_MAX = 4;
/** The ports beyond those that programs ask for by number (RFC 6335 §6). */
const DYNAMIC_PORTS = { first: 49_152, after: 65_536 } as const;

/**
 * Finds the first router that says its address; if none does, one of those that answer.
 * @param options.at whom to ask.
 */
export async function findUpnpRouter(options: Place & { readonly at: readonly Endpoint[] }): Promise<Router | null> {
  let nameless: Router | null = null;
  const router = await firstFound(options, async (location, place) => {
    for await (const one of routersAt(location, place)) {
      if (one.wan) return one;
      nameless ??= one;
    }
    return null;
  });
  return router ?? nameless;
}

/** Every connection that the description at `location` has and that answers. */
async function* routersAt(location: Location, { local, signal }: Place): AsyncGenerator<Router> {
  const answer = await exchangeHttp({ ...location, local, method: 'GET', signal });
  if (answer?.status !== 200) return;
  for (const service of igdServicesOf(answer.text, { location, type: PORT_MAPPING_TYPE })) {
    const told = await callAction(service, { action: 'GetExternalIPAddress', local, signal });
    if (told.outcome === 'silent') continue;
    yield routerOf(service, local, told.outcome === 'done' ? wanAddress(told.value('NewExternalIPAddress')) : null);
  }
}

function routerOf(service: IgdService, local: string, wan: string | null): Router {
  const { hostname, port } = service.controlUrl;
  const call: Call = (action, args) =>
    callAction(service, { action, args, local, signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
  return {
    protocol: 'upnp-igd',
    endpoint: { address: hostname, port: Number(port || 80) },
    wan,
    isPinhole: false,
    map: async (request) =>
      wan === null
        ? NO_WAN_ADDRESS
        : map(request, { wan, add: (one) => call('AddPortMapping', additionOf(one, local)) }),
    unmap: async ({ externalPort }) => {
      const args = { NewRemoteHost: '', NewExternalPort: externalPort, NewProtocol: 'UDP' };
      await call('DeletePortMapping', args);
    },
  };
}

type Call = (action: string, args: Readonly<Record<string, string | number>>) => Promise<ActionResult>;

/** Asks for the port, and for others where another host has it. */
async function map(
  request: PortRequest,
  { wan, add }: { readonly wan: string; readonly add: (request: PortRequest) => Promise<ActionResult> },
): Promise<MapResult> {
  let { externalPort } = request;
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const added = await add({ ...request, externalPort });
    if (added.outcome === 'done') {
      return { outcome: 'granted', external: { address: wan, port: externalPort }, lifetimeS: request.lifetimeS };
    }
    if (added.outcome === 'silent' || added.code !== CONFLICT) return REFUSED;
    externalPort = randomInt(DYNAMIC_PORTS.first, DYNAMIC_PORTS.after);
  }
  return REFUSED;
}

/** Never without a lifetime, which some old routers insist on: what a killed process leaves there would stay forever. */
function additionOf({ internalPort, externalPort, lifetimeS }: PortRequest, local: string): Parameters<Call>[1] {
  return {
    NewRemoteHost: '',
    NewExternalPort: externalPort,
    NewProtocol: 'UDP',
    NewInternalPort: internalPort,
    NewInternalClient: local,
    NewEnabled: 1,
    NewPortMappingDescription: 'natcheck',
    NewLeaseDuration: lifetimeS,
  };
}

/** A router that speaks UPnP-IGD: searched for on the link, asked over HTTP. */
import { randomInt } from 'node:crypto';
import type { Endpoint } from '../endpoint.ts';
import { exchangeHttp } from './http.ts';
import { type ActionResult, callAction, type IgdService, igdServicesOf } from './igd-service.ts';
import { type PortRequest, REQUEST_TIMEOUT_MS, type Router, wanAddress } from './router.ts';
import { searchRouters } from './ssdp.ts';

/** ConflictInMappingEntry: another host has the port (WANIPConnection:1 §2.4.16). */
const CONFLICT = 718;
const ATTEMPTS_MAX = 4;
/** The ports beyond those that programs ask for by number (RFC 6335 §6). */
const DYNAMIC_PORTS = { first: 49_152, after: 65_536 } as const;

/**
 * The first that says its address; of several that answer and do not, one.
 * @param options.local the own IPv4 address; @param options.at whom to ask.
 */
export async function findUpnpRouter(options: {
  readonly local: string;
  readonly at: readonly Endpoint[];
  readonly signal: AbortSignal;
}): Promise<Router | null> {
  const { local, at, signal } = options;
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const found = Promise.withResolvers<Router>();
  let nameless: Router | null = null;
  const look = async (location: URL): Promise<void> => {
    const answer = await exchangeHttp({ url: location, local, method: 'GET', signal: either });
    if (answer?.status !== 200) return;
    for (const service of igdServicesOf(answer.text, location)) {
      const router = await routerOf(service, { local, signal: either });
      if (router?.wan) return found.resolve(router);
      nameless ??= router;
    }
  };
  const looks: Promise<void>[] = [];
  const search = searchRouters({ local, at, signal: either, onLocation: (one) => void looks.push(look(one)) });
  const router = await Promise.race([found.promise, search.then(() => null)]);
  over.abort();
  await search;
  await Promise.all(looks);
  return router ?? nameless;
}

/** Null when it does not answer. */
async function routerOf(
  service: IgdService,
  { local, signal }: { readonly local: string; readonly signal: AbortSignal },
): Promise<Router | null> {
  const told = await callAction(service, { action: 'GetExternalIPAddress', local, signal });
  if (told.outcome === 'silent') return null;
  const { hostname, port } = service.controlUrl;
  const call = (action: string, args: Readonly<Record<string, string | number>>): Promise<ActionResult> =>
    callAction(service, { action, args, local, signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
  // Never without a lifetime, which some old routers insist on: what a killed process leaves there would stay forever.
  const add = ({ internalPort, externalPort, lifetimeS }: PortRequest): Promise<ActionResult> =>
    call('AddPortMapping', {
      NewRemoteHost: '',
      NewExternalPort: externalPort,
      NewProtocol: 'UDP',
      NewInternalPort: internalPort,
      NewInternalClient: local,
      NewEnabled: 1,
      NewPortMappingDescription: 'natcheck',
      NewLeaseDuration: lifetimeS,
    });
  return {
    protocol: 'upnp-igd',
    endpoint: { address: hostname, port: Number(port || 80) },
    wan: told.outcome === 'done' ? wanAddress(told.value('NewExternalIPAddress')) : null,
    map: async (request) => {
      let externalPort = request.externalPort;
      for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
        const added = await add({ ...request, externalPort });
        if (added.outcome === 'done') return { externalPort, lifetimeS: request.lifetimeS };
        if (added.outcome === 'silent' || added.code !== CONFLICT) return null;
        externalPort = randomInt(DYNAMIC_PORTS.first, DYNAMIC_PORTS.after);
      }
      return null;
    },
    unmap: async ({ externalPort }) => {
      const args = { NewRemoteHost: '', NewExternalPort: externalPort, NewProtocol: 'UDP' };
      await call('DeletePortMapping', args);
    },
  };
}

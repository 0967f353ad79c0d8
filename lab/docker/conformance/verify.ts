/** Holds every site of a started lab to its profile, all at once, before anyone may use it. */
import { type ConformanceBed, observe } from '../../conformance.ts';
import { type Asked, mismatches } from '../../mismatches.ts';
import { type AccessProfile, type ObservedAccess, observedAccess } from '../../profiles.ts';
import { startAgent } from '../container/agent.ts';
import type { LabContainer } from '../container/container.ts';
import { labRouter } from '../router/router.ts';
import type { ServerPlace } from '../topology/addressing.ts';
import { publicAddressesOf } from '../topology/plan.ts';
import type { StartedSite } from '../topology/site.ts';
import type { Topology } from '../topology/topology.ts';
import { type BedHost, conformanceBed, openPublicSide, publicSide } from './bed.ts';
import { NonconformingError } from './nonconforming-error.ts';

/** @throws NonconformingError for the first site that does not behave as its profile says. */
export async function verifyTopology({ server, sites }: Topology, place: ServerPlace): Promise<void> {
  const side = publicSide(place);
  await using serverAgent = await startAgent(server);
  await openPublicSide(serverAgent, side);
  await Promise.all(
    sites.map(async (site) => {
      const [client, other] = site.clients;
      if (client === undefined) return;
      const [first, second] = await Promise.all([bedHost(client), other && bedHost(other)]);
      await using host = first;
      await using neighbour = second;
      const bed = conformanceBed({
        server: serverAgent,
        client: host,
        neighbour: neighbour ?? host,
        publicSide: side,
      });
      await verifySite(site, { bed, client });
    }),
  );
}

async function bedHost(client: LabContainer): Promise<BedHost & AsyncDisposable> {
  const agent = await startAgent(client);
  return { agent, address: client.address, [Symbol.asyncDispose]: () => agent[Symbol.asyncDispose]() };
}

async function verifySite(
  { plan, router, carrier }: StartedSite,
  { bed, client }: { readonly bed: ConformanceBed; readonly client: LabContainer },
): Promise<void> {
  const { name, access } = plan;
  const observed = observedAccess(access);
  const seenAs = access.kind === 'nat' ? publicAddressesOf(plan) : [client.address];
  const lines =
    observed.kind === 'no-udp'
      ? await udpLeaks(bed, name)
      : await deviations(bed, { asked: asked(name, { access, observed }), seenAs });
  if (lines.length === 0) return;
  const routers = [router, ...(carrier ? [carrier] : [])].map(labRouter);
  const [rules, connections] = await Promise.all([
    Promise.all(routers.map((one) => one.rules())),
    Promise.all(routers.map((one) => one.conntrack())),
  ]);
  throw new NonconformingError({ mismatches: lines, rules: rules.join('\n'), conntrack: connections.join('\n') });
}

/** Where nothing is translated, every destination sees the one local endpoint, and there is nothing to hairpin. */
function asked(
  name: string,
  options: { readonly access: AccessProfile; readonly observed: ObservedAccess & { readonly kind: 'udp' } },
): Asked {
  const { access, observed } = options;
  const { filtering } = observed;
  const mapping = observed.mapping === 'none' ? 'endpoint-independent' : observed.mapping;
  if (access.kind !== 'nat') return { name, filtering, mapping };
  const [nat, ...outer] = access.layers;
  // How one NAT chooses ports and treats early packets cannot be seen through another.
  if (outer.length === 0) return { ...nat, name };
  const translation = access.layers.every((layer) => layer.translation === 'static') ? 'static' : 'napt';
  return { name, filtering, mapping, translation, hairpin: nat.hairpin };
}

async function deviations(
  bed: ConformanceBed,
  { asked, seenAs }: { readonly asked: Asked; readonly seenAs: readonly string[] },
): Promise<readonly string[]> {
  const observation = await observe(bed).catch((error: Error) => error);
  if (observation instanceof Error) return [`${asked.name}: ${observation.message}`];
  const strangers = observation.mapped.filter(({ address }) => !seenAs.includes(address));
  return [
    ...mismatches(asked, observation),
    ...strangers.map(({ address }) => `${asked.name}: public address: asked ${seenAs.join(' or ')}, got ${address}`),
  ];
}

async function udpLeaks(bed: ConformanceBed, name: string): Promise<readonly string[]> {
  const seen = await bed.outbound('blocked', bed.publicSide.primary);
  return seen === null ? [] : [`${name}: UDP: asked none, got out from ${seen.address}`];
}

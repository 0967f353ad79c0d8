/** Holds every site of a started lab to its profile, all at once, before anyone may use it. */
import { type Asked, type ConformanceBed, mismatches, observe } from '../conformance.ts';
import { type ObservedAccess, observedAccess } from '../profiles.ts';
import type { ServerPlace } from './addressing.ts';
import { startAgent } from './agent.ts';
import { conformanceBed, openPublicSide, publicSide } from './conformance-bed.ts';
import type { LabContainer } from './container.ts';
import { NonconformingError } from './nonconforming-error.ts';
import { labRouter } from './router.ts';
import type { StartedSite, Topology } from './topology.ts';

/** @throws NonconformingError of the first site that behaves otherwise. */
export async function verifyTopology({ server, sites }: Topology, place: ServerPlace): Promise<void> {
  const side = publicSide(place);
  await using serverAgent = await startAgent(server);
  await openPublicSide(serverAgent, side);
  await Promise.all(
    sites.map(async (site) => {
      const [client] = site.clients;
      if (client === undefined) return;
      await using agent = await startAgent(client);
      const bed = conformanceBed({
        server: serverAgent,
        client: agent,
        clientAddress: client.address,
        publicSide: side,
      });
      await verifySite(site, { bed, client });
    }),
  );
}

async function verifySite(
  { plan, router }: StartedSite,
  { bed, client }: { readonly bed: ConformanceBed; readonly client: LabContainer },
): Promise<void> {
  const { name, access, place } = plan;
  const observed = observedAccess(access);
  const seenAs = access.kind === 'nat' ? place.wan : client.address;
  const lines =
    observed.kind === 'no-udp'
      ? await udpLeaks(bed, name)
      : await deviations(bed, { asked: asked(name, observed), seenAs });
  if (lines.length === 0) return;
  const { rules, conntrack } = labRouter(router);
  throw new NonconformingError({ mismatches: lines, rules: await rules(), conntrack: await conntrack() });
}

/** Where nothing is translated, every destination sees the one local endpoint. */
function asked(name: string, { mapping, filtering }: ObservedAccess & { readonly kind: 'udp' }): Asked {
  return { name, filtering, mapping: mapping === 'none' ? 'endpoint-independent' : mapping };
}

async function deviations(
  bed: ConformanceBed,
  { asked, seenAs }: { readonly asked: Asked; readonly seenAs: string },
): Promise<readonly string[]> {
  const observation = await observe(bed).catch((error: Error) => error);
  if (observation instanceof Error) return [`${asked.name}: ${observation.message}`];
  const strangers = observation.mapped.filter(({ address }) => address !== seenAs);
  return [
    ...mismatches(asked, observation),
    ...strangers.map(({ address }) => `${asked.name}: public address: asked ${seenAs}, got ${address}`),
  ];
}

async function udpLeaks(bed: ConformanceBed, name: string): Promise<readonly string[]> {
  const seen = await bed.outbound('blocked', bed.publicSide.primary);
  return seen === null ? [] : [`${name}: UDP: asked none, got out from ${seen.address}`];
}

/** Holds every site of a started lab to its profile, all at once and in every family, before anyone may use it. */
import type { Family } from '../../../src/endpoint.ts';
import { type ConformanceBed, observe, type PublicSide } from '../../conformance.ts';
import { mismatches } from '../../mismatches.ts';
import { type Agent, agentWithin, startAgent } from '../container/agent.ts';
import type { LabContainer } from '../container/container.ts';
import { labRouter } from '../router/router.ts';
import type { LabPlan } from '../topology/plan.ts';
import type { StartedSite } from '../topology/site.ts';
import type { Topology } from '../topology/topology.ts';
import { type AskedOfSite, askedOfSite } from './asked.ts';
import { type BedHost, conformanceBed, openPublicSide, publicSide } from './bed.ts';
import { NonconformingError } from './nonconforming-error.ts';

/** @throws NonconformingError for the first site that does not behave as its profile says. */
export async function verifyTopology(
  { server, sites }: Topology,
  plan: Pick<LabPlan, 'server' | 'ipv6'>,
): Promise<void> {
  const sides: Readonly<Record<Family, PublicSide | null>> = {
    IPv4: publicSide(plan.server),
    IPv6: plan.ipv6 && publicSide(plan.ipv6.server),
  };
  await using serverAgent = await startAgent(server);
  await Promise.all(Object.values(sides).map((side) => side && openPublicSide(serverAgent, side)));
  await Promise.all(sites.map((site) => verifySite(site, { serverAgent, sides })));
}

interface Surroundings {
  readonly serverAgent: Agent;
  /** Null if the lab does not have the family. */
  readonly sides: Readonly<Record<Family, PublicSide | null>>;
}

async function verifySite(site: StartedSite, { serverAgent, sides }: Surroundings): Promise<void> {
  const [client, other] = site.clients;
  if (client === undefined) return;
  const [first, second] = await Promise.all([startAgent(client), other && startAgent(other)]);
  await using agent = first;
  await using otherAgent = second;
  const hosts = [
    { container: client, agent },
    { container: other ?? client, agent: otherAgent ?? agent },
  ] as const;
  const lines = await Promise.all(
    (['IPv4', 'IPv6'] as const).map(async (family) => {
      const [asked, side] = [askedOfSite(site.plan, family), sides[family]];
      if (!asked || !side) return [];
      const [own, neighbour] = hosts.map((host) => hostIn(family, host)) as [BedHost, BedHost];
      return deviations(conformanceBed({ server: serverAgent, client: own, neighbour, publicSide: side }), asked);
    }),
  );
  if (lines.some((some) => some.length > 0)) throw await refusal(site, lines.flat());
}

function hostIn(
  family: Family,
  { container, agent }: { readonly container: LabContainer; readonly agent: Agent },
): BedHost {
  const address = family === 'IPv4' ? container.address : container.address6;
  if (address === null) throw new Error(`${container.name} has no ${family} address`);
  return { agent: agentWithin(agent, family), address };
}

async function deviations(bed: ConformanceBed, { name, asked, seenAs }: AskedOfSite): Promise<readonly string[]> {
  if (asked === null) return udpLeaks(bed, name);
  const observation = await observe(bed).catch((error: Error) => error);
  if (observation instanceof Error) return [`${name}: ${observation.message}`];
  const strangers = observation.mapped.filter(({ address }) => !seenAs.includes(address));
  return [
    ...mismatches(asked, observation),
    ...strangers.map(({ address }) => `${name}: public address: asked ${seenAs.join(' or ')}, got ${address}`),
  ];
}

async function udpLeaks(bed: ConformanceBed, name: string): Promise<readonly string[]> {
  const seen = await bed.outbound('blocked', bed.publicSide.primary);
  return seen === null ? [] : [`${name}: UDP: asked none, got out from ${seen.address}`];
}

/** Shows what the routers had in force just after. */
async function refusal({ plan, router, carrier }: StartedSite, lines: readonly string[]): Promise<NonconformingError> {
  const outer = carrier && plan.carrier ? [labRouter(carrier, plan.carrier.rules)] : [];
  const routers = [labRouter(router, plan.rules), ...outer];
  const [rules, connections] = await Promise.all([
    Promise.all(routers.map((one) => one.rules())),
    Promise.all(routers.map((one) => one.conntrack())),
  ]);
  return new NonconformingError({ mismatches: lines, rules: rules.join('\n'), conntrack: connections.join('\n') });
}

/** The container lab: a public server, and clients behind real NATs, each of which has been held to its profile. */
import { randomBytes } from 'node:crypto';
import type Dockerode from 'dockerode';
import { createOwner } from '../../src/net/owner.ts';
import { type AccessProfile, CLASSIC_NATS, type Ipv6Access } from '../profiles.ts';
import { type Startable, startBehind } from './attach.ts';
import { verifyTopology } from './conformance/verify.ts';
import type { LabContainer } from './container/container.ts';
import type { LabVolume } from './container/guest.ts';
import { createVolume } from './container/volume.ts';
import type { Engine } from './engine/engine.ts';
import { onInterrupt } from './engine/interrupt.ts';
import { labelsOf, removeLab } from './engine/labels.ts';
import { connectDocker } from './engine/testcontainers.ts';
import { type LabRouter, labRouter } from './router/router.ts';
import { type SiteFaults, siteFaults } from './router/site-faults.ts';
import { type Addressing, DEFAULT_ADDRESSING, type ServerPlace } from './topology/addressing.ts';
import { findTopology } from './topology/find-topology.ts';
import { onFreeAddresses } from './topology/free-addressing.ts';
import { labLinks } from './topology/link/links.ts';
import type { LinkQuality, ShapedLinks } from './topology/link/quality.ts';
import { type LabPlan, type PlanInput, planLab, publicAddress6Of, publicAddressesOf } from './topology/plan.ts';
import type { StartedSite } from './topology/site.ts';
import { startTopology, type Topology, type TopologyOptions } from './topology/topology.ts';
import { once } from './waiting.ts';
import { createWitness, type PairWatch } from './witness/witness.ts';

export interface LabOptions extends Partial<Omit<PlanInput, 'clientsPerSite' | 'addressing'>> {
  readonly engine: Pick<Engine, 'host'>;
  /** Default: DEFAULT_ADDRESSING, which one lab of an engine can have; 'free': what no other lab there has. */
  readonly addressing?: Addressing | 'free';
  /** From `ensureImage`. */
  readonly image: string;
  readonly clientsPerNat?: number;
}

export interface LabServer extends LabContainer, ServerPlace {
  /** Its first IPv6 address; null in a lab without IPv6. */
  readonly primary6: string | null;
  /** Its other one. */
  readonly alternate6: string | null;
}

export interface LabSite extends SiteFaults {
  readonly name: string;
  readonly access: AccessProfile;
  /** What is done with IPv6; null if there is none. */
  readonly ipv6: Ipv6Access | null;
  /** The router's public address. Where nothing is translated, each client is seen by its own address. */
  readonly publicAddress: string;
  /** All of the router's public addresses; the first one is `publicAddress`. */
  readonly publicAddresses: readonly string[];
  /** The router's public IPv6 address; null if there is none. */
  readonly publicAddress6: string | null;
  /** The subnet of its clients, and the public one that it is translated into, host by host (RFC 6296); null unless it is. */
  readonly prefixes6: { readonly subnet: string; readonly outside: string } | null;
  readonly router: LabRouter;
  /** The carrier's router, which the site's router is behind, if the site has two NATs in a row. */
  readonly carrier: LabRouter | null;
  readonly clients: readonly LabContainer[];
  /** @throws RangeError when there is none of that number. */
  client(index: number): LabContainer;
  /**
   * Starts a container of Testcontainers in the network of a client, the first one unless told otherwise: with its address
   * and its default route. It is for you to stop.
   * @throws TypeError when it has exposed ports, a network, aliases or a hostname; RangeError when there is no such client.
   */
  attach<S>(container: Startable<S>, client?: number): Promise<S>;
}

export interface Lab extends AsyncDisposable {
  /** Part of the names of its containers and networks, and the value of their label `natcheck.lab`. */
  readonly id: string;
  readonly server: LabServer;
  readonly sites: readonly LabSite[];
  /** The further host of that name on the public side. @throws RangeError when there is none. */
  helper(name: string): LabContainer;
  /** The site of that name: the profile's, or `name-2` for the second site of a profile. @throws RangeError when there is none. */
  nat(name: string): LabSite;
  /**
   * Shapes the links between sites and the public network: all, or those of these sites.
   * @throws RangeError for a value that no link has; Error for a lab without backbone, where a link is shaped already, and,
   * with the reasons, where the kernel can do it in no way.
   */
  shape(quality: LinkQuality, sites?: readonly LabSite[]): Promise<ShapedLinks>;
  /** Makes a folder that guests can share. */
  createVolume(): Promise<LabVolume>;
  /**
   * Watches two sites from when this resolves; its `end` tells what their routers saw since: how bytes went from the clients
   * of one to those of the other, and every packet. Several can be watched at once.
   */
  pathBetween(a: LabSite, b: LabSite): Promise<PairWatch>;
}

/**
 * Starts a lab: the four classic NATs with one client each, when not told otherwise.
 * Dispose of it with `await using`; it is also removed when the process is interrupted, or when starting it fails.
 * @throws NonconformingError when a NAT does not behave as its profile says.
 * @throws AddressesTakenError when another lab of the engine has its addresses.
 * @throws Error when a profile cannot be realized, or a container does not start.
 */
export async function startLab({ engine, image, ...wanted }: LabOptions): Promise<Lab> {
  planAt(DEFAULT_ADDRESSING, wanted); // What cannot be planned is refused before the engine is asked for anything.
  const docker = await connectDocker(engine.host);
  const id = randomBytes(3).toString('hex');
  const starting = startPlanned(docker, wanted, { id, image });
  // Removed only when nothing more is being created.
  const remove = once(() => Promise.allSettled([starting]).then(() => removeLab(docker, id)));
  await using started = createOwner();
  started.defer(remove);
  started.use(onInterrupt(remove));

  const { plan, topology } = await starting;
  await verifyTopology(topology, plan);
  const lab = started.use(labOf(docker, { id, plan, topology }));
  const owned = started.move();
  return { ...lab, [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose]() };
}

export interface JoinOptions extends LabOptions {
  /** That of the lab. */
  readonly id: string;
  readonly addressing: Addressing;
}

/**
 * Finds a lab that another process has started with these options. It stays when this is disposed of.
 * @throws Error when a container of it is not there.
 */
export async function joinLab({ engine, id, addressing, image: _, ...wanted }: JoinOptions): Promise<Lab> {
  const docker = await connectDocker(engine.host);
  const plan = planAt(addressing, wanted);
  return labOf(docker, { id, plan, topology: await findTopology(docker, plan, id) });
}

interface RunningLab {
  readonly id: string;
  readonly plan: LabPlan;
  readonly topology: Topology;
}

/** What is disposed of with it is what watches the lab, not the lab. */
function labOf(docker: Dockerode, { id, plan, topology }: RunningLab): Lab {
  const sites = topology.sites.map(labSite);
  const witness = createWitness({ isWhole: false });
  return {
    id,
    server: {
      ...topology.server,
      ...plan.server,
      primary6: plan.ipv6?.server.primary ?? null,
      alternate6: plan.ipv6?.server.alternate ?? null,
    },
    sites,
    helper: (name) => found(topology.helpers.get(name), `helper ${name}`),
    nat: (name) =>
      found(
        sites.find((site) => site.name === name),
        `NAT ${name}`,
      ),
    shape: labLinks(topology, sites),
    createVolume: () => createVolume(docker, { lab: id, labels: labelsOf(id) }),
    pathBetween: (a, b) => witness.watch(a, b, { names: publicNames(plan) }),
    [Symbol.asyncDispose]: () => witness[Symbol.asyncDispose](),
  };
}

type Wanted = Omit<LabOptions, 'engine' | 'image'>;

function planAt(at: Addressing, { clientsPerNat = 1, addressing: _, ...input }: Wanted): LabPlan {
  return planLab({ profiles: CLASSIC_NATS, ...input, addressing: at, clientsPerSite: clientsPerNat });
}

async function startPlanned(
  docker: Dockerode,
  wanted: Wanted,
  options: TopologyOptions,
): Promise<{ readonly plan: LabPlan; readonly topology: Topology }> {
  const start = async (at: Addressing): Promise<{ readonly plan: LabPlan; readonly topology: Topology }> => {
    const plan = planAt(at, wanted);
    return { plan, topology: await startTopology(docker, plan, options) };
  };
  const { addressing = DEFAULT_ADDRESSING } = wanted;
  return addressing === 'free' ? onFreeAddresses(start, () => removeLab(docker, options.id)) : start(addressing);
}

/** Of those on the public side, by their addresses. */
function publicNames({ server, helpers, ipv6 }: LabPlan): Readonly<Record<string, string>> {
  const servers = [server.primary, server.alternate, ipv6?.server.primary, ipv6?.server.alternate];
  const named = [
    ...servers.map((address) => [address, 'server'] as const),
    ...helpers.flatMap(({ name, address, address6 }) => [[address, name] as const, [address6, name] as const]),
  ];
  return Object.fromEntries(named.flatMap(([address, name]) => (address ? [[address, name]] : [])));
}

function labSite({ plan, router, carrier, clients }: StartedSite): LabSite {
  const { name, access, ipv6 } = plan;
  const client = (index: number): LabContainer => found(clients[index], `client ${index} behind ${name}`);
  const home = labRouter(router, plan.rules);
  const outer = carrier && plan.carrier && labRouter(carrier, plan.carrier.rules);
  return {
    name,
    access,
    ipv6,
    publicAddress: publicAddressesOf(plan)[0],
    publicAddresses: publicAddressesOf(plan),
    publicAddress6: publicAddress6Of(plan),
    prefixes6: plan.place6?.outside ? { subnet: plan.place6.subnet, outside: plan.place6.outside } : null,
    router: home,
    carrier: outer,
    ...siteFaults(plan, outer ? [home, outer] : [home]),
    clients,
    client,
    attach: async (container, index = 0) => startBehind(client(index), container),
  };
}

function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new RangeError(`the lab has no ${what}`);
  return value;
}

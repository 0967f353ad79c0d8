/** One detection in the simulated network: how the client is reached, over which link, by which seed; the report. */
import type { Layout } from '../../../server/stun/decisions/layout.ts';
import type { Family } from '../../../src/endpoint.ts';
import type { ServerSource } from '../../../src/nat/discovery/contact.ts';
import { createDiscovery } from '../../../src/nat/discovery/discovery.ts';
import { isToBeRepeated } from '../../../src/nat/discovery/spoiled.ts';
import { DETECT_SOCKETS, type ServerIdentity } from '../../../src/nat/evidence.ts';
import type { DetectReport } from '../../../src/nat/report.ts';
import type { RunBounds } from '../network/clock.ts';
import { addressOf, type Host } from '../network/host.ts';
import type { Link } from '../network/link.ts';
import { runSession } from '../network/run-session.ts';
import type { Trace } from '../network/trace.ts';
import { createWorld, type World } from '../network/world.ts';
import { addStunServer, LAB_HTTP_PORT, LAB_LAYOUT, LAB_LAYOUT_IPV6, type Respond } from '../server/stun-server.ts';
import { addNeighbour } from '../site/neighbour.ts';
import { createSite, type Site, type SiteOptions } from '../site/site.ts';

export interface SimDetection {
  readonly access: SiteOptions['access'];
  /** Over which it runs; default: IPv4. An access that has one family has this one. */
  readonly family?: Family;
  readonly seed: number;
  /** The client's link to the public network; default: in no time and without loss. */
  readonly link?: Link;
  /** The server's sockets in that family; default: those of the lab. */
  readonly layout?: Layout;
  /** Further servers that are asked, by whoever has named them; default: none. */
  readonly others?: readonly { readonly layout: Layout; readonly source: ServerSource }[];
  /** Where a server with one address may answer too; default: nowhere else. */
  readonly altPort?: number;
  /** The server's responder; default: the real one. */
  readonly respond?: Respond;
  readonly serverState?: 'up' | 'down';
  /** Puts servers at the layout's endpoints, in place of one that has them all. */
  readonly addServers?: (world: World, layout: Layout) => void;
  /** Default: 30 s. */
  readonly timeoutMs?: number;
  /** Another host behind the same box opens a mapping so often, on average; default: there is none. */
  readonly neighbourGapMs?: number;
  /** Called before it starts, to schedule what is to happen to the client's site meanwhile. */
  readonly disturb?: (world: World, site: Site) => void;
  readonly trace?: Trace;
  readonly bounds?: RunBounds;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const LAYOUTS: Readonly<Record<Family, Layout>> = { IPv4: LAB_LAYOUT, IPv6: LAB_LAYOUT_IPV6 };

/** Runs it to its end on virtual time, as often as src/detect would. @throws Error when the session does not end. */
export function detectInSim(options: SimDetection): DetectReport {
  const { access, family = 'IPv4', seed, link, respond, serverState, neighbourGapMs, disturb, trace } = options;
  const { layout = LAYOUTS[family], addServers, others = [], altPort } = options;
  const world = createWorld({ seed, ...(trace && { trace }) });
  if (addServers) addServers(world, layout);
  else addStunServer(world, { layout, ...(respond && { respond }), ...(serverState && { state: serverState }) });
  for (const other of others) addStunServer(world, { layout: other.layout });
  const site = createSite(world, { name: 'router', access, family, ...(link && { link }) });
  const [toward] = layout.addresses;
  if (neighbourGapMs !== undefined) addNeighbour(world, { site, toward, meanGapMs: neighbourGapMs });
  const host = site.addHost('client');
  disturb?.(world, site);
  const { clock } = world;
  const deadline = clock.now() + (options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  const run = { host, family, layout, others, altPort, deadline, bounds: options.bounds };
  let report = discover(world, run);
  for (let made = 1; isToBeRepeated(report, made) && clock.now() < deadline; made++) report = discover(world, run);
  return { ...report, elapsedMs: Math.round(clock.now()) };
}

interface DiscoveryRun {
  readonly host: Host;
  readonly family: Family;
  readonly layout: Layout;
  readonly others: NonNullable<SimDetection['others']>;
  readonly altPort: number | undefined;
  readonly deadline: number;
  readonly bounds: RunBounds | undefined;
}

/** Runs one discovery on new sockets. */
function discover(world: World, run: DiscoveryRun): DetectReport {
  const { host, family, layout, others, altPort, deadline, bounds } = run;
  const named = (source: ServerSource): readonly ServerIdentity[] =>
    others.filter((one) => one.source === source).map((one) => identityOf(one.layout));
  return runSession(world, {
    host,
    sockets: DETECT_SOCKETS,
    address: addressOf(host, family),
    create: ({ local, random, now }) =>
      createDiscovery({
        local,
        servers: [identityOf(layout), ...named('chosen')],
        toldServers: named('told'),
        altPort,
        httpPort: LAB_HTTP_PORT,
        timeoutMs: deadline - now,
        now,
        randomBytes: random.bytes,
      }),
    ...(bounds && { bounds }),
  });
}

function identityOf({ addresses: [address], port }: Layout): ServerIdentity {
  return { host: address, port, address };
}

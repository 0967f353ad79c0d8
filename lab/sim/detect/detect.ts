/** One detection in the simulated network: how the client is reached, over which link, by which seed; the report. */
import type { Layout } from '../../../server/stun/decisions/layout.ts';
import { createDiscovery } from '../../../src/nat/discovery/discovery.ts';
import { isToBeRepeated } from '../../../src/nat/discovery/spoiled.ts';
import { DETECT_SOCKETS } from '../../../src/nat/evidence.ts';
import type { DetectReport } from '../../../src/nat/report.ts';
import type { RunBounds } from '../network/clock.ts';
import type { Host } from '../network/host.ts';
import type { Link } from '../network/link.ts';
import { runSession } from '../network/run-session.ts';
import type { Trace } from '../network/trace.ts';
import { createWorld, type World } from '../network/world.ts';
import { addStunServer, LAB_HTTP_PORT, LAB_LAYOUT, type Respond } from '../server/stun-server.ts';
import { addNeighbour } from '../site/neighbour.ts';
import { createSite, type Site, type SiteOptions } from '../site/site.ts';

export interface SimDetection {
  readonly access: SiteOptions['access'];
  readonly seed: number;
  /** The client's link to the public network; default: in no time and without loss. */
  readonly link?: Link;
  readonly layout?: Layout;
  /** The server's responder; default: the real one. */
  readonly respond?: Respond;
  readonly serverState?: 'up' | 'down';
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

/** Runs it to its end on virtual time, as often as src/detect would. @throws Error when the session does not end. */
export function detectInSim(options: SimDetection): DetectReport {
  const { access, seed, link, layout = LAB_LAYOUT, respond, serverState, neighbourGapMs, disturb, trace } = options;
  const world = createWorld({ seed, ...(trace && { trace }) });
  addStunServer(world, { layout, ...(respond && { respond }), ...(serverState && { state: serverState }) });
  const site = createSite(world, { name: 'router', access, ...(link && { link }) });
  const [address] = layout.addresses;
  if (neighbourGapMs !== undefined) addNeighbour(world, { site, toward: address, meanGapMs: neighbourGapMs });
  const host = site.addHost('client');
  disturb?.(world, site);
  const { clock } = world;
  const deadline = clock.now() + (options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  let report = discover(world, { host, layout, deadline, bounds: options.bounds });
  for (let made = 1; isToBeRepeated(report, made) && clock.now() < deadline; made++) {
    report = discover(world, { host, layout, deadline, bounds: options.bounds });
  }
  return { ...report, elapsedMs: Math.round(clock.now()) };
}

/** Runs one discovery on new sockets. */
function discover(
  world: World,
  {
    host,
    layout,
    deadline,
    bounds,
  }: {
    readonly host: Host;
    readonly layout: Layout;
    readonly deadline: number;
    readonly bounds: RunBounds | undefined;
  },
): DetectReport {
  const { addresses, port } = layout;
  const [address] = addresses;
  return runSession(world, {
    host,
    sockets: DETECT_SOCKETS,
    create: ({ local, random, now }) =>
      createDiscovery({
        local,
        servers: [{ host: address, port, address }],
        httpPort: LAB_HTTP_PORT,
        timeoutMs: deadline - now,
        now,
        randomBytes: random.bytes,
      }),
    ...(bounds && { bounds }),
  });
}

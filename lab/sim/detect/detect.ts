/** One detection in the simulated network: how the client is reached, over which link, by which seed; the report. */
import type { Layout } from '../../../server/stun/decisions/layout.ts';
import { createDiscovery } from '../../../src/nat/discovery/discovery.ts';
import { DETECT_SOCKETS } from '../../../src/nat/evidence.ts';
import type { DetectReport } from '../../../src/nat/report.ts';
import type { RunBounds } from '../network/clock.ts';
import type { Link } from '../network/link.ts';
import { runSession } from '../network/run-session.ts';
import type { Trace } from '../network/trace.ts';
import { createWorld } from '../network/world.ts';
import { addStunServer, LAB_HTTP_PORT, LAB_LAYOUT, type Respond } from '../server/stun-server.ts';
import { addNeighbour } from '../site/neighbour.ts';
import { createSite, type SiteOptions } from '../site/site.ts';

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
  readonly trace?: Trace;
  readonly bounds?: RunBounds;
}

const DEFAULT_TIMEOUT_MS = 30_000;

/** Runs it to its end on virtual time. @throws Error when the session does not end. */
export function detectInSim(options: SimDetection): DetectReport {
  const { access, seed, link, layout = LAB_LAYOUT, respond, serverState, trace, bounds } = options;
  const world = createWorld({ seed, ...(trace && { trace }) });
  addStunServer(world, { layout, ...(respond && { respond }), ...(serverState && { state: serverState }) });
  const site = createSite(world, { name: 'router', access, ...(link && { link }) });
  const [address] = layout.addresses;
  const { neighbourGapMs } = options;
  if (neighbourGapMs !== undefined) addNeighbour(world, { site, toward: address, meanGapMs: neighbourGapMs });
  return runSession(world, {
    host: site.addHost('client'),
    sockets: DETECT_SOCKETS,
    create: ({ local, random, now }) =>
      createDiscovery({
        local,
        servers: [{ host: address, port: layout.port, address }],
        httpPort: LAB_HTTP_PORT,
        timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
        now,
        randomBytes: random.bytes,
      }),
    ...(bounds && { bounds }),
  });
}

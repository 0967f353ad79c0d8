/** A client of the simulated lab on which one session runs to its end, with the server that it asks. */
import { observedAccess } from '../../lab/known-behavior.ts';
import type { AccessProfile } from '../../lab/profiles.ts';
import { type Link, symmetricLink } from '../../lab/sim/network/link.ts';
import { runSession, type SessionContext } from '../../lab/sim/network/run-session.ts';
import type { Trace } from '../../lab/sim/network/trace.ts';
import { createWorld } from '../../lab/sim/network/world.ts';
import { addStunServer, LAB_LAYOUT, type Respond } from '../../lab/sim/server/stun-server.ts';
import { createSite } from '../../lab/sim/site/site.ts';
import type { Layout } from '../../server/stun/decisions/layout.ts';
import type { Endpoint } from '../../src/endpoint.ts';
import { type Finding, found } from '../../src/nat/behavior.ts';
import { createHairpinTest, HAIRPIN_SOCKETS, type Hairpin } from '../../src/nat/extra-tests/hairpin.ts';
import {
  createLifetimeTest,
  idleTimes,
  type Lifetime,
  type LifetimeProgress,
  lifetimeSockets,
} from '../../src/nat/extra-tests/lifetime.ts';
import { createOwnPortTest, OWN_PORT_SOCKETS, type OwnPort } from '../../src/nat/extra-tests/own-port.ts';
import type { Session } from '../../src/session.ts';

export interface SimClient {
  readonly access: AccessProfile;
  readonly seed?: number;
  /** Default: 20 ms one way, without loss. */
  readonly link?: Link;
  readonly respond?: Respond;
  /** Default: LAB_LAYOUT alone. */
  readonly layouts?: readonly Layout[];
  readonly trace?: Trace;
}

const SERVER: Endpoint = { address: LAB_LAYOUT.addresses[0], port: LAB_LAYOUT.port };

function runInSim<Result>(
  { access, seed = 1, link = symmetricLink({ latencyMs: 20 }), respond, trace, layouts = [LAB_LAYOUT] }: SimClient,
  sockets: readonly string[],
  create: (context: SessionContext<string>) => Session<Result>,
): { readonly result: Result; readonly tookMs: number } {
  const world = createWorld({ seed, ...(trace && { trace }) });
  for (const layout of layouts) addStunServer(world, { layout, ...(respond && { respond }) });
  const site = createSite(world, { name: 'router', access, link });
  const result = runSession(world, { host: site.addHost('client'), sockets, create });
  return { result, tookMs: world.clock.now() };
}

/** Tests hairpinning with what a perfect detection would have found, or other findings. */
export function hairpinInSim(options: SimClient & { readonly mapping?: Finding; readonly timeoutMs?: number }): {
  readonly result: Hairpin;
  readonly tookMs: number;
} {
  const observed = observedAccess(options.access);
  if (observed.kind === 'no-udp') throw new Error('there is nothing to test where UDP is blocked');
  const { mapping = found(observed.mapping), timeoutMs = 10_000 } = options;
  const filtering = found(observed.filtering);
  return runInSim(options, HAIRPIN_SOCKETS, ({ random, now }) =>
    createHairpinTest({ server: SERVER, mapping, filtering, timeoutMs, now, randomBytes: random.bytes }),
  );
}

export function lifetimeInSim(
  options: SimClient & { readonly maxS?: number; readonly onProgress?: (progress: LifetimeProgress) => void },
): { readonly result: Lifetime; readonly tookMs: number } {
  const idleTimesS = idleTimes(options.maxS ?? 180);
  const { onProgress } = options;
  return runInSim(options, lifetimeSockets(idleTimesS), ({ random, now }) =>
    createLifetimeTest({ server: SERVER, idleTimesS, now, randomBytes: random.bytes, onProgress }),
  );
}

/** Tests one port of the client as that of a server, with these servers. */
export function ownPortInSim(
  options: SimClient & { readonly servers?: readonly Endpoint[]; readonly timeoutMs?: number },
): {
  readonly result: OwnPort;
  readonly tookMs: number;
} {
  const { servers = [SERVER], timeoutMs = 10_000 } = options;
  return runInSim(options, OWN_PORT_SOCKETS, ({ random, now }) =>
    createOwnPortTest({ servers, timeoutMs, now, randomBytes: random.bytes }),
  );
}

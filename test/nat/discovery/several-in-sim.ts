/** Detections in the simulated lab by servers with one address each, some of which somebody else has named, and which may lie. */
import type { AccessProfile } from '../../../lab/profiles.ts';
import { type Link, symmetricLink } from '../../../lab/sim/network/link.ts';
import { runSession } from '../../../lab/sim/network/run-session.ts';
import { createWorld } from '../../../lab/sim/network/world.ts';
import { addStunServer, type Respond } from '../../../lab/sim/server/stun-server.ts';
import { createSite } from '../../../lab/sim/site/site.ts';
import { respond } from '../../../server/stun/decisions/responder.ts';
import type { Endpoint } from '../../../src/endpoint.ts';
import { createDiscovery } from '../../../src/nat/discovery/discovery.ts';
import { isToBeRepeated } from '../../../src/nat/discovery/spoiled.ts';
import { DETECT_SOCKETS } from '../../../src/nat/evidence.ts';
import type { DetectReport } from '../../../src/nat/report.ts';
import { decode } from '../../../src/stun/decode.ts';
import { encode } from '../../../src/stun/encode.ts';

export interface SomeServer {
  readonly address: string;
  /** Default: the real responder. */
  readonly respond?: Respond;
}

export interface SeveralDetection {
  readonly access: AccessProfile;
  readonly seed?: number;
  /** Default: 20 ms one way, without loss. */
  readonly link?: Link;
  readonly chosen: readonly SomeServer[];
  readonly told?: readonly SomeServer[];
  /** Default: the one that the servers have, 3479; null where the client knows of none. */
  readonly altPort?: number | null;
  /** When every router before the client restarts, in no time; default: never. */
  readonly restartAtMs?: number;
}

/** Runs it to its end on virtual time, as often as src/detect would. */
export function detectBySeveral({
  access,
  seed = 1,
  link = symmetricLink({ latencyMs: 20 }),
  chosen,
  told = [],
  altPort = 3479,
  restartAtMs,
}: SeveralDetection): DetectReport {
  const world = createWorld({ seed });
  for (const { address, respond: decide } of [...chosen, ...told]) {
    const layout = { addresses: [address], port: 3478, altPort: 3479 } as const;
    addStunServer(world, { layout, ...(decide && { respond: decide }) });
  }
  const site = createSite(world, { name: 'router', access, link });
  const host = site.addHost('client');
  if (restartAtMs !== undefined) world.clock.schedule(restartAtMs, site.reboot);
  const identity = ({ address }: SomeServer) => ({ host: address, address, port: 3478 });
  const once = (): DetectReport =>
    runSession(world, {
      host,
      sockets: DETECT_SOCKETS,
      create: ({ local, random, now }) =>
        createDiscovery({
          ...{ local, now, servers: chosen.map(identity), toldServers: told.map(identity) },
          ...{ altPort: altPort ?? undefined, httpPort: 3480, timeoutMs: 30_000, randomBytes: random.bytes },
        }),
    });
  let report = once();
  for (let made = 1; isToBeRepeated(report, made); made++) report = once();
  return { ...report, elapsedMs: Math.round(world.clock.now()) };
}

/** Answers what `lie` makes of the truth and of how often it was asked before; `other` is what it names as its other address. */
export function liar(lie: (seen: Endpoint, asked: number) => Endpoint, other?: Endpoint): Respond {
  let asked = 0;
  return (...request) => {
    const answer = respond(...request);
    if (answer.kind !== 'reply') return answer;
    const decoded = decode(answer.bytes);
    if (!decoded.ok) throw new Error(decoded.error.code);
    const value = lie(request[2].remote, asked++);
    const bytes = encode({
      ...decoded.message,
      attributes: [
        { type: 'XOR-MAPPED-ADDRESS', value },
        ...(other ? [{ type: 'OTHER-ADDRESS', value: other } as const] : []),
      ],
    });
    return { ...answer, bytes };
  };
}

/**
 * Checks from outside which ports of a server are reached, before it is started: its own sockets ask STUN servers of others,
 * which answer from elsewhere (RFC 5780). Such a server sends to whoever has asked it, and to nobody else, so that nothing
 * has to be trusted with more.
 */
import { randomBytes } from 'node:crypto';
import { type Endpoint, familyOf } from '../../../src/endpoint.ts';
import { createOwnPortTest } from '../../../src/nat/extra-tests/own-port.ts';
import { now, startDriver } from '../../../src/net/driver.ts';
import { PUBLIC_SERVERS } from '../../../src/net/lookup/public-servers.ts';
import { createResolver } from '../../../src/net/lookup/resolver.ts';
import { parseServerName, resolveServer, type ServerName } from '../../../src/net/lookup/server-name.ts';
import { openUdpSocket } from '../../../src/net/udp-socket.ts';
import { type CheckedPort, type CheckedServer, openPorts, tcpPorts } from './ports.ts';
import { type ReachReport, type UdpReach, verdictOf } from './report.ts';

/** Long enough for a filter to be told at a great loss; what is silent then, stays so. */
const TIMEOUT_MS = 8_000;
/**
 * How many ports of one address are checked at once: a server answers one address from elsewhere only so often
 * (../../limit/per-source.ts).
 */
const AT_ONCE = 2;

export interface ReachOptions {
  /** STUN servers of others, as `HOST` or `HOST:PORT`: one with two addresses, or two ports. Default: public ones. */
  readonly through?: readonly string[] | undefined;
  /** How long one port may take. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Checks the ports that the server would have; it must not be running meanwhile.
 * @throws StartError when its ports cannot be had; UsageError for a server name that is none; the signal's reason when aborted.
 */
export async function checkPorts(server: CheckedServer, how: ReachOptions): Promise<ReachReport> {
  const { through = PUBLIC_SERVERS, timeoutMs = TIMEOUT_MS, signal } = how;
  const names = through.map(parseServerName);
  await using ports = await openPorts(server);
  const found = await Promise.all(names.map((name) => endpointsOf(name, signal)));
  signal?.throwIfAborted();
  const udp = ports.byAddress.map(async (ofAddress) => {
    const reached: UdpReach[] = [];
    for (let at = 0; at < ofAddress.length; at += AT_ONCE) {
      const some = ofAddress.slice(at, at + AT_ONCE).map((port) => checkPort(port, { found, timeoutMs, signal }));
      reached.push(...(await Promise.all(some)));
    }
    return reached;
  });
  return { udp: (await Promise.all(udp)).flat(), tcp: tcpPorts(server) };
}

/** A name that is unknown is as good as a server that does not answer. */
async function endpointsOf(name: ServerName, signal: AbortSignal | undefined): Promise<readonly Endpoint[]> {
  const resolver = createResolver();
  const found = await resolveServer(name, { family: null, resolver, signal }).catch(() => []);
  return found.map(({ address, port }) => ({ address, port }));
}

async function checkPort(
  { socket, ...port }: CheckedPort,
  how: Pick<ReachOptions, 'signal'> & {
    /** The endpoints of each server. */
    readonly found: readonly (readonly Endpoint[])[];
    readonly timeoutMs: number;
  },
): Promise<UdpReach> {
  const { found, timeoutMs, signal } = how;
  const { address } = port.bound;
  const servers = found.flatMap((one) => one.filter((at) => familyOf(at.address) === familyOf(address)).slice(0, 1));
  await using control = await openUdpSocket({ address, port: 0 });
  await using tester = await openUdpSocket({ address, port: 0 });
  const session = createOwnPortTest({ servers, timeoutMs, now: now(), randomBytes });
  const { result } = startDriver({ session, sockets: { filtering: socket, control, tester }, signal });
  return { ...port, verdict: verdictOf(await result, port.announced) };
}

/** Puts a relay together: its state machine, its sockets, its metrics, and what it has to know about its host. */
import type { Registry } from 'prom-client';
import { type Endpoint, familyOf } from '../../src/endpoint.ts';
import { hostAddresses, hostNetworks } from '../../src/net/host/interfaces.ts';
import type { OpenSocket, UdpSocket } from '../../src/net/udp-socket.ts';
import { createRateLimit } from '../limit/per-source.ts';
import { addressBook, announcedOpener } from '../sockets/announced-socket.ts';
import type { FamilyAddresses } from '../sockets/served-address.ts';
import type { AllocationTold } from './allocation-watch.ts';
import type { HostAddresses } from './decisions/access/known-host.ts';
import { accountOf, type UserDirectory } from './decisions/access/users.ts';
import { isStream } from './decisions/five-tuple.ts';
import { DEFAULT_RELAY_LIMITS, type RelayLimits } from './decisions/limits.ts';
import { createRelay, type Relay, type TurnServerOptions } from './decisions/relay.ts';
import { addRelayMetrics } from './metrics.ts';
import { DEFAULT_RELAY_PORTS, type RelayServerOptions } from './options.ts';
import { poolRandom } from './random-pool.ts';
import { type RelayedElsewhere, type RelayService, serveRelay } from './service.ts';
import type { StreamServer } from './stream-server.ts';

const REALM = 'natcheck';
/**
 * How many errors a source without credentials may cause. A client causes one for each allocation, and one for each
 * nonce that has become stale; many clients may share an address.
 */
const UNPROVEN_BURST = 100;
const UNPROVEN_PER_SECOND = 20;

export interface RelayStart {
  readonly relay: RelayServerOptions;
  /** The secret of the credentials that the rendezvous gives to peers; null where it gives none. */
  readonly sessionSecret: UserDirectory['sessionSecret'];
  /** Whether the session of the rendezvous that has this TURN user is there. */
  readonly isAttended: (session: string) => boolean;
  /** Whether everybody who joins a room may use the relay. */
  readonly isOpen: boolean;
  readonly families: readonly FamilyAddresses[];
  /** The endpoints of this server that the relay may lead to. */
  readonly services: readonly Endpoint[];
  readonly sockets: readonly UdpSocket[];
  readonly listeners: readonly StreamServer[];
  readonly metrics: Registry;
  /** Hears of each relayed socket that is opened or closed. */
  readonly onRelayed?: ((relayed: RelayedElsewhere) => void) | undefined;
  /** Hears of each allocation that is made and that ends. */
  readonly onAllocation?: ((told: AllocationTold) => void) | undefined;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  readonly randomBytes: (length: number) => Uint8Array;
}

export function startRelay(start: RelayStart): RelayService {
  const { families, sockets, listeners, metrics, isOpen, onAllocation, now } = start;
  const served = families.flat();
  const limits = { ...DEFAULT_RELAY_LIMITS, ...start.relay.limits };
  // Nothing is relayed to other addresses of this host, on which other programs may listen, nor to the networks on its
  // links.
  const readHost = (): HostAddresses => ({
    addresses: [...served.flatMap(({ bound, announced }) => [bound, announced]), ...hostAddresses()],
    networks: hostNetworks(),
  });
  const relay = createRelayFor(start, { limits, host: readHost() });
  const openSocket = toldOpener(announcedOpener(addressBook(served)), start.onRelayed);
  const service = serveRelay({ relay, limits, sockets, listeners, openSocket, readHost, onAllocation, now });
  addRelayMetrics(metrics, { ...relay, open: service.open, load: service.load, isOpen });
  return service;
}

/** Tells of every socket that it opens, and of its end. */
function toldOpener(open: OpenSocket, tell: RelayStart['onRelayed']): OpenSocket {
  if (!tell) return open;
  return async (at) => {
    const socket = await open(at);
    const { local: endpoint } = socket;
    tell({ endpoint, isThere: true });
    return {
      ...socket,
      [Symbol.asyncDispose]: () => {
        tell({ endpoint, isThere: false });
        return socket[Symbol.asyncDispose]();
      },
    };
  };
}

function createRelayFor(
  { relay: asked, families, services, sessionSecret, isAttended, randomBytes }: RelayStart,
  { limits, host }: { readonly limits: RelayLimits; readonly host: HostAddresses },
): Relay {
  const { users = [], secret = null, ports = DEFAULT_RELAY_PORTS, allowPrivate = false, allowPeers = [] } = asked;
  const directory: UserDirectory = { users, secret, sessionSecret, isAttended };
  return createRelay({
    addresses: Object.fromEntries(families.map(([{ announced }]) => [familyOf(announced), announced])),
    ports,
    policy: { allowPrivate, allowPeers, services },
    host,
    realm: REALM,
    accountOf: (username) => accountOf(Date.now() / 1000, directory, username),
    isAttended,
    mayRefuse: unprovenLimit(randomBytes),
    limits,
    randomBytes: poolRandom(randomBytes),
  });
}

function unprovenLimit(randomBytes: RelayStart['randomBytes']): TurnServerOptions['mayRefuse'] {
  const take = createRateLimit({ key: randomBytes(32), burst: UNPROVEN_BURST, perSecond: UNPROVEN_PER_SECOND });
  // The source of a stream is not forged.
  return (now, fiveTuple) => isStream(fiveTuple) || take(now, fiveTuple.remote.address);
}

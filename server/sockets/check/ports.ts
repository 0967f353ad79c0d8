/** The ports of a server that are to be checked: its UDP sockets, opened as they will be, and the TCP ports by name. */
import { createOwner, type Owner } from '../../../src/net/owner.ts';
import { openUdpSocket as openSystemSocket, type UdpSocket } from '../../../src/net/udp-socket.ts';
import { bindOnAll } from '../bind.ts';
import type { FamilyAddresses, ServedAddress } from '../served-address.ts';
import { openUdpSocket } from '../udp-socket.ts';
import type { TcpReach, UdpReach } from './report.ts';

/** Where a server is to be reached. */
export interface CheckedServer {
  readonly families: readonly FamilyAddresses[];
  readonly port: number;
  readonly altPort: number;
  readonly httpPort: number;
  readonly isSecure: boolean;
  /** Null where there is no relay; `turnsPort` is null where there is no TURN over TLS. */
  readonly relay: { readonly ports: PortRange; readonly turnsPort: number | null } | null;
}

interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** One UDP port, with its socket. */
export interface CheckedPort extends Omit<UdpReach, 'verdict'> {
  readonly socket: UdpSocket;
}

/**
 * Opens the two ports on every address, and some of the relay's range on those that it relays from; by address.
 * @throws StartError when one of the two ports cannot be had; nothing is left open then.
 */
export async function openPorts({
  families,
  port,
  altPort,
  relay,
}: CheckedServer): Promise<AsyncDisposable & { readonly byAddress: readonly (readonly CheckedPort[])[] }> {
  await using opened = createOwner();
  const addresses = families.flat().map(({ bound }) => bound);
  const sockets: UdpSocket[] = [];
  for (const asked of [port, altPort]) {
    for (const socket of await bindOnAll(addresses, asked, openUdpSocket)) sockets.push(opened.use(socket));
  }
  const byAddress: (readonly CheckedPort[])[] = [];
  for (const family of families) {
    for (const served of family) {
      const stun = sockets.filter(({ local }) => local.address === served.bound);
      const samples = relay && served === family[0] ? await openSamples(relay.ports, served, opened) : [];
      byAddress.push([
        ...stun.map((socket) => portOf('stun', socket, served)),
        ...samples.map((socket) => portOf('relay', socket, served)),
      ]);
    }
  }
  const { [Symbol.asyncDispose]: close } = opened.move();
  return { byAddress, [Symbol.asyncDispose]: close };
}

function portOf(service: UdpReach['service'], socket: UdpSocket, { announced }: ServedAddress): CheckedPort {
  const { port } = socket.local;
  return { service, socket, bound: socket.local, announced: { address: announced, port } };
}

/** Both ends of the range, and its middle: a firewall that leaves out a part of it mostly leaves out one of these. */
async function openSamples(
  { first, last }: PortRange,
  { bound: address }: ServedAddress,
  owner: Owner,
): Promise<readonly UdpSocket[]> {
  const ports = new Set([first, Math.floor((first + last) / 2), last]);
  const opened = await Promise.allSettled([...ports].map((port) => openSystemSocket({ address, port })));
  // Another program may have one of them.
  return opened.flatMap((one) => (one.status === 'fulfilled' ? [owner.use(one.value)] : []));
}

export function tcpPorts({ families, port, httpPort, isSecure, relay }: CheckedServer): readonly TcpReach[] {
  const turnsPort = relay?.turnsPort ?? null;
  return families
    .flat()
    .flatMap(({ announced: address }): readonly TcpReach[] => [
      { service: isSecure ? 'https' : 'http', announced: { address, port: httpPort } },
      ...(relay ? [{ service: 'turn' as const, announced: { address, port } }] : []),
      ...(turnsPort === null ? [] : [{ service: 'turns' as const, announced: { address, port: turnsPort } }]),
    ]);
}

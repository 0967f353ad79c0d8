/** The STUN and TURN servers that the rendezvous names, as the browser wants them. */
import { familyOf } from '../../../src/endpoint.ts';
import type { ServerMessageOf } from '../../../src/rendezvous/protocol/server-message.ts';

/** An RTCIceServer (W3C webrtc §4.2.4). */
interface IceServer {
  urls: string[];
  username?: string;
  credential?: string;
}

/** @param host the host of the page, for a server that does not say at which addresses it is. */
export function iceServersOf(
  { stun, turn = [] }: Pick<ServerMessageOf<'joined'>, 'stun' | 'turn'>,
  host: string,
): IceServer[] {
  const { addresses = [], port } = stun;
  const hosts = addresses.length > 0 ? addresses.map(bracketed) : [host];
  return [
    { urls: hosts.map((one) => `stun:${one}:${port}`) },
    ...turn.map(({ urls, username, password }) => ({ urls, username, credential: password })),
  ];
}

function bracketed(address: string): string {
  return familyOf(address) === 'IPv6' ? `[${address}]` : address;
}

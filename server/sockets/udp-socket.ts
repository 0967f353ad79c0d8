/** A UDP socket of the server, bound to one literal address, so that a reply leaves from where it must. */
import type { Endpoint } from '../../src/endpoint.ts';
import { openUdpSocket as open, type UdpSocket } from '../../src/net/udp-socket.ts';
import type { BoundSocket } from './bind.ts';
import { listenError } from './listen-error.ts';

/** Room for some 5,000 datagrams (the kernel counts about 800 bytes for a small one). */
const BUFFER_BYTES = 4 * 1024 * 1024;

/**
 * @param isShared whether other processes of this server have the same endpoint.
 * @throws StartError when the address and port cannot be had.
 */
export async function openUdpSocket(
  { address, port }: Endpoint,
  { isShared = false }: { readonly isShared?: boolean } = {},
): Promise<UdpSocket & BoundSocket> {
  try {
    const socket = await open({ address, port }, { bufferBytes: BUFFER_BYTES, isShared });
    return { ...socket, port: socket.local.port };
  } catch (error) {
    // An error without a system call in it is not a refusal by the system but a bug.
    const isRefusal = error instanceof Error && 'syscall' in error;
    throw isRefusal ? listenError(error, 'UDP', { address, port }) : error;
  }
}

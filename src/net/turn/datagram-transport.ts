/** A UDP socket toward one TURN server, used for nothing else. */
import { type Endpoint, sameEndpoint } from '../../endpoint.ts';
import { localAddressToward, type OpenSocket, openUdpSocket } from '../udp-socket.ts';
import type { OpenedTransport } from './transport.ts';

export async function openTurnDatagrams({
  to: server,
  local,
  openSocket = openUdpSocket,
}: {
  readonly to: Endpoint;
  readonly local: string | undefined;
  readonly openSocket?: OpenSocket | undefined;
}): Promise<OpenedTransport> {
  try {
    const socket = await openSocket({ address: local ?? (await localAddressToward(server)), port: 0 });
    return {
      outcome: 'open',
      transport: {
        ...socket,
        server,
        isStream: false,
        send: (bytes, _to, onFailure) => socket.send(bytes, server, onFailure),
        onDatagram: (receive) =>
          socket.onDatagram((bytes, from) => {
            if (sameEndpoint(from, server)) receive(bytes, from);
          }),
        onClose: () => {},
      },
    };
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    return { outcome: 'unreachable', detail: (error as NodeJS.ErrnoException).code ?? error.message };
  }
}

/**
 * A path that was handed over, taken up again in this process for a peer that has handed its end to a program: datagrams go
 * as they are, and nobody checks that the peer is still there.
 */
import { sameEndpoint } from '../../endpoint.ts';
import { UsageError } from '../../errors.ts';
import { codeOf, explainCode } from '../../net/explain-code.ts';
import { openUdpSocket } from '../../net/udp-socket.ts';
import type { BridgedPath } from './bridge.ts';
import type { HandedOver } from './handed-over.ts';

/** Disposing of it closes the socket. @throws UsageError when somebody else has bound there meanwhile. */
export async function openBarePath({
  local,
  remote,
}: Pick<HandedOver, 'local' | 'remote'>): Promise<BridgedPath & AsyncDisposable> {
  const socket = await openUdpSocket(local).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(explainCode(codeOf(error), { way: 'listen-udp', host: local.address, port: local.port }));
  });
  return {
    send: (bytes) => socket.send(bytes, remote, () => {}),
    onData: (receive) =>
      socket.onDatagram((bytes, from) => {
        if (sameEndpoint(from, remote)) receive(bytes);
      }),
    [Symbol.asyncDispose]: socket[Symbol.asyncDispose],
  };
}

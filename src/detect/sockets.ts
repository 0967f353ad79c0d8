/** The local sockets of a session: all on one address, each on a port of its own. */
import type { Endpoint } from '../endpoint.ts';
import { UsageError } from '../errors.ts';
import { openUdpSocket, type UdpSocket } from '../net/udp-socket.ts';

interface OpenSockets<Name extends string> extends AsyncDisposable {
  readonly byName: Readonly<Record<Name, UdpSocket>>;
  readonly bound: Readonly<Record<Name, Endpoint>>;
}

/** @throws UsageError when the address is not one of this host. */
export async function openSockets<Name extends string>(
  address: string,
  names: readonly Name[],
): Promise<OpenSockets<Name>> {
  const opened = await Promise.allSettled(
    names.map(async (name) => [name, await openUdpSocket({ address, port: 0 })] as const),
  );
  const sockets = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const close = async (): Promise<void> => {
    await Promise.all(sockets.map(([, socket]) => socket[Symbol.asyncDispose]()));
  };
  const failed = opened.find((one) => one.status === 'rejected');
  if (failed) {
    await close();
    const error: unknown = failed.reason;
    if (error instanceof Error && 'code' in error && error.code === 'EADDRNOTAVAIL') {
      throw new UsageError(`${address} is not an address of this host`);
    }
    throw error;
  }
  return {
    byName: Object.fromEntries(sockets) as Record<Name, UdpSocket>,
    bound: Object.fromEntries(sockets.map(([name, { local }]) => [name, local])) as Record<Name, Endpoint>,
    [Symbol.asyncDispose]: close,
  };
}

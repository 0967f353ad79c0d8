/** A gateway on loopback that speaks as much NAT-PMP as a test needs. */
import type { Endpoint } from '../../src/endpoint.ts';
import { openUdpSocket } from '../../src/net/udp-socket.ts';

/** What it answers to a request, in order; none for silence. */
export type NatPmpFault = (
  request: Buffer,
  count: number,
) => readonly { readonly bytes: Uint8Array; readonly by?: 'stranger' }[] | undefined;

export interface FakeNatPmp extends AsyncDisposable {
  readonly gateway: Endpoint;
  /** Each request, as hex, without those of a version that it does not know. */
  readonly requests: readonly string[];
}

/** RFC 6886 §3.5: to what is not of version 0, such as PCP. */
const UNSUPPORTED_VERSION = Uint8Array.of(0, 128, 0, 1, 0, 0, 0, 1);

/** Without a fault it maps what it is asked for, and says that it is 203.0.113.101. */
export async function startFakeNatPmp(
  fault: NatPmpFault = () => undefined,
  at: Endpoint = { address: '127.0.0.9', port: 0 },
): Promise<FakeNatPmp> {
  const socket = await openUdpSocket(at);
  const stranger = await openUdpSocket({ address: '127.0.0.8', port: 0 });
  const requests: string[] = [];
  socket.onDatagram((bytes, from) => {
    const request = Buffer.from(bytes);
    if (request[0] !== 0) return socket.send(UNSUPPORTED_VERSION, from, () => {});
    requests.push(request.toString('hex'));
    for (const answer of fault(request, requests.length) ?? [{ bytes: goodAnswer(request) }]) {
      ('by' in answer ? stranger : socket).send(answer.bytes, from, () => {});
    }
  });
  return {
    gateway: socket.local,
    requests,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([socket[Symbol.asyncDispose](), stranger[Symbol.asyncDispose]()]);
    },
  };
}

export function goodAnswer(request: Buffer): Buffer {
  const head = Buffer.from([0, 128 + (request[1] ?? 0), 0, 0, 0, 0, 0, 1]);
  return Buffer.concat([head, request[1] === 0 ? Buffer.from([203, 0, 113, 101]) : request.subarray(4)]);
}

/** A gateway on loopback that speaks as much PCP as a test needs, and keeps what it has mapped. */
import { type Endpoint, familyOf } from '../../src/endpoint.ts';
import { openUdpSocket } from '../../src/net/udp-socket.ts';
import { goodAnswer as goodNatPmpAnswer } from './fake-nat-pmp.ts';

interface Answer {
  readonly bytes: Uint8Array;
  readonly by?: 'stranger';
}

/** What it answers to a request, in order, given its good answer; none for silence. */
export type PcpFault = (request: Buffer, good: Buffer, count: number) => readonly (Uint8Array | Answer)[] | undefined;

export interface FakePcp extends AsyncDisposable {
  readonly gateway: Endpoint;
  /** Each request, as hex, without those by NAT-PMP. */
  readonly requests: readonly string[];
  /** Each request by NAT-PMP, as hex. */
  readonly natPmpRequests: readonly string[];
  /** The internal ports that are mapped now, each with its nonce. */
  readonly mapped: ReadonlyMap<number, string>;
  /** Its time, which it says in every answer; none of its mappings are there after `restart`. */
  epochS: number;
  readonly restart: () => void;
}

export const EXTERNAL = { address: '203.0.113.101', bytes: Buffer.from('00000000000000000000ffffcb007165', 'hex') };
const NOT_AUTHORIZED = 2;
const isMap = (request: Buffer): boolean => request[1] === 1;

/** RFC 6887 §9: to what is not of version 2, such as NAT-PMP. */
const UNSUPPORTED_VERSION = Buffer.from('02800001'.padEnd(48, '0'), 'hex');

/** Without a fault it maps what it is asked for, at 203.0.113.101; over IPv6 to the very address. */
export async function startFakePcp(
  fault: PcpFault = () => undefined,
  {
    at = { address: '127.0.0.9', port: 0 },
    speaksNatPmp = false,
  }: { readonly at?: Endpoint; readonly speaksNatPmp?: boolean } = {},
): Promise<FakePcp> {
  const socket = await openUdpSocket(at);
  const isIpv6 = familyOf(at.address) === 'IPv6';
  const stranger = await openUdpSocket({ address: isIpv6 ? at.address : '127.0.0.8', port: 0 });
  const requests: string[] = [];
  const natPmpRequests: string[] = [];
  const mapped = new Map<number, string>();
  const fake = {
    gateway: socket.local,
    requests,
    natPmpRequests,
    mapped,
    epochS: 1_000,
    restart: () => {
      mapped.clear();
      fake.epochS = 0;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([socket[Symbol.asyncDispose](), stranger[Symbol.asyncDispose]()]);
    },
  };
  const answersTo = (request: Buffer): ReturnType<PcpFault> => {
    if (request[0] === 0) {
      natPmpRequests.push(request.toString('hex'));
      return [speaksNatPmp ? goodNatPmpAnswer(request) : UNSUPPORTED_VERSION];
    }
    requests.push(request.toString('hex'));
    const good = goodAnswer(request, { epochS: fake.epochS, mapped, isIpv6 });
    return fault(request, good, requests.length) ?? [good];
  };
  socket.onDatagram((bytes, from) => {
    for (const answer of answersTo(Buffer.from(bytes)) ?? []) {
      if ('by' in answer) stranger.send(answer.bytes, from, () => {});
      else socket.send('bytes' in answer ? answer.bytes : answer, from, () => {});
    }
  });
  return fake;
}

/** RFC 6887 §7.2, §11.3: what is mapped belongs to its nonce. */
function goodAnswer(
  request: Buffer,
  {
    epochS,
    mapped,
    isIpv6,
  }: { readonly epochS: number; readonly mapped: Map<number, string>; readonly isIpv6: boolean },
): Buffer {
  const answer = Buffer.from(request);
  answer.writeUInt8(request.readUInt8(1) | 0x80, 1);
  answer.writeUInt32BE(epochS, 8);
  answer.fill(0, 12, 24);
  if (!isMap(request)) return answer;
  const [nonce, port] = [request.toString('hex', 24, 36), request.readUInt16BE(40)];
  const known = mapped.get(port);
  if (known !== undefined && known !== nonce) answer.writeUInt8(NOT_AUTHORIZED, 3);
  else if (request.readUInt32BE(4) === 0) mapped.delete(port);
  else {
    mapped.set(port, nonce);
    if (!isIpv6) EXTERNAL.bytes.copy(answer, 44);
  }
  return answer;
}

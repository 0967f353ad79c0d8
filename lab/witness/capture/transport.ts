/** What an IP packet carries, of UDP, TCP and ICMP; what has no whole header of its own is taken as it is. */
import type { Packet, Protocol } from './packet.ts';

/** What an IP header says. */
export interface IpHeader {
  readonly source: string;
  readonly destination: string;
  readonly hops: number;
  readonly bytes: number;
  readonly protocol: Protocol;
  /** Of what is after the header, by the header's word. */
  readonly bodyBytes: number;
  /** What was captured of it. */
  readonly body: Uint8Array;
  /** The identification of IPv4, or of an IPv6 fragment; 0 without. */
  readonly id: number;
  /** Whether the header of what it carries is in an earlier fragment. */
  readonly isLaterFragment: boolean;
}

type Carried = Pick<Packet, 'source' | 'destination' | 'payload' | 'payloadBytes' | 'mark' | 'tcpFlags' | 'icmpType'>;

/** RFC 768. */
const UDP_BYTES = 8;
/** RFC 9293 §3.1, without options. */
const TCP_BYTES_MIN = 20;

export function readTransport(ip: IpHeader): Carried {
  if (ip.isLaterFragment) return bare(ip);
  switch (ip.protocol) {
    case 'udp':
      return ip.body.length < UDP_BYTES ? bare(ip) : readUdp(ip);
    case 'tcp':
      return ip.body.length < TCP_BYTES_MIN ? bare(ip) : readTcp(ip);
    case 'icmp':
      return { ...bare(ip), icmpType: ip.body[0] ?? null };
    case 'other':
      return bare(ip);
  }
}

function bare({ source, destination, body, bodyBytes, id }: IpHeader): Carried {
  return {
    source: { address: source, port: 0 },
    destination: { address: destination, port: 0 },
    payload: body,
    payloadBytes: bodyBytes,
    mark: `${id}`,
    tcpFlags: 0,
    icmpType: null,
  };
}

function readUdp(ip: IpHeader): Carried {
  const { body, bodyBytes } = ip;
  return {
    ...bare(ip),
    ...ports(ip),
    // The identification of IPv4 is lost in NAT64; the order tells equal datagrams apart.
    mark: '',
    payload: body.subarray(UDP_BYTES),
    payloadBytes: Math.max(0, bodyBytes - UDP_BYTES),
  };
}

function readTcp(ip: IpHeader): Carried {
  const { body, bodyBytes } = ip;
  const view = viewOf(body);
  const headerBytes = Math.max(TCP_BYTES_MIN, (view.getUint8(12) >> 4) * 4);
  const tcpFlags = view.getUint8(13);
  return {
    ...bare(ip),
    ...ports(ip),
    payload: body.subarray(headerBytes),
    payloadBytes: Math.max(0, bodyBytes - headerBytes),
    mark: `${view.getUint32(4)} ${view.getUint32(8)} ${tcpFlags}`,
    tcpFlags,
  };
}

/** UDP and TCP begin alike. */
function ports({ source, destination, body }: IpHeader): Pick<Carried, 'source' | 'destination'> {
  const view = viewOf(body);
  return {
    source: { address: source, port: view.getUint16(0) },
    destination: { address: destination, port: view.getUint16(2) },
  };
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

/** TURN URIs as users write them (RFC 7065). */
import ipaddr from 'ipaddr.js';
import { UsageError } from '../errors.ts';

/** The default ports over UDP and TCP, and over TLS (RFC 8656 §20). */
const PORT = 3478;
const TLS_PORT = 5349;

export type TurnTransportName = 'udp' | 'tcp' | 'tls';

export interface TurnUrl {
  /** A name, or an IP address without brackets. */
  readonly host: string;
  readonly port: number;
  readonly transport: TurnTransportName;
}

/**
 * Reads `turn:HOST[:PORT][?transport=udp|tcp]` and `turns:HOST[:PORT][?transport=tcp]`; an IPv6 address is in brackets.
 * @throws UsageError when it is neither, or asks for a transport that is not spoken here.
 */
export function parseTurnUrl(text: string): TurnUrl {
  const wrong = (why: string): UsageError =>
    new UsageError(`'${text}' ${why}: write turn:HOST[:PORT][?transport=udp|tcp] or turns:HOST[:PORT]`);
  const parts =
    /^(?<scheme>turns?):(?:\[(?<ipv6>[^\]]*)\]|(?<name>[^\s:/?#@[\]]+))(?::(?<port>\d*))?(?:\?transport=(?<transport>[^\s&#]*))?$/i.exec(
      text,
    )?.groups;
  if (!parts) throw wrong(/^turns?:/i.test(text) ? 'is not a TURN server' : 'is not a TURN URL');
  const { ipv6, name, port } = parts;
  const isSecure = parts.scheme?.toLowerCase() === 'turns';
  const host = ipv6 ?? name ?? '';
  if (ipv6 !== undefined && !ipaddr.IPv6.isValid(ipv6)) throw wrong('has no IPv6 address in its brackets');
  const number = port ? Number(port) : isSecure ? TLS_PORT : PORT;
  if (number < 1 || number > 0xffff) throw wrong('has no port from 1 to 65535');
  switch (parts.transport?.toLowerCase()) {
    case undefined:
      return { host, port: number, transport: isSecure ? 'tls' : 'udp' };
    case 'tcp':
      return { host, port: number, transport: isSecure ? 'tls' : 'tcp' };
    case 'udp':
      if (isSecure) throw wrong('asks for DTLS, which is not spoken here');
      return { host, port: number, transport: 'udp' };
    default:
      throw wrong(`asks for a transport other than udp and tcp`);
  }
}

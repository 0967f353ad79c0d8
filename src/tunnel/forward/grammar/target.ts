/** What is exposed, and what a forward asks for: a port of a host, or a socket file. */
import { familyOf } from '../../../endpoint.ts';

export type Transport = 'tcp' | 'udp';

export interface PortTarget {
  readonly kind: 'port';
  readonly transport: Transport;
  /** A name in lower case, or an IP address; null is this host, on its loopback address. */
  readonly host: string | null;
  readonly port: number;
}

/** A Unix domain socket of the stream type. */
export interface SocketFile {
  readonly kind: 'unix';
  /** It begins with `/`, `./` or `../`, so that it can be told from a host. */
  readonly path: string;
}

export type Target = PortTarget | SocketFile;

/** Where connections or datagrams are taken in. */
export interface PortListen {
  readonly kind: 'port';
  readonly transport: Transport;
  /** An IP address of this host. */
  readonly address: string;
  /** 0 takes any free one. */
  readonly port: number;
}

export type Listen = PortListen | SocketFile;

export interface Forward {
  readonly listen: Listen;
  readonly target: Target;
}

/** Returns the one way in which natcheck writes a target; what it returns can be parsed again. */
export function formatTarget(target: Target): string {
  return target.kind === 'unix' ? target.path : `${formatPlace(target)}${suffixOf(target.transport)}`;
}

/** Returns where somebody connects to: the other side of `formatTarget`. */
export function formatListen(listen: Listen): string {
  if (listen.kind === 'unix') return listen.path;
  return `${formatPlace({ host: listen.address, port: listen.port })}${suffixOf(listen.transport)}`;
}

/** `22`, `web.example:22`, `192.0.2.7:22` or `[2001:db8::7]:22` (RFC 3986 §3.2.2). */
export function formatPlace({ host, port }: Pick<PortTarget, 'host' | 'port'>): string {
  if (host === null) return String(port);
  return familyOf(host) === 'IPv6' ? `[${host}]:${port}` : `${host}:${port}`;
}

const suffixOf = (transport: Transport): string => (transport === 'udp' ? '/udp' : '');

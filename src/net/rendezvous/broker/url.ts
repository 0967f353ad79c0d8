/** What a user writes for a broker. */
import { UsageError } from '../../../errors.ts';

/** The ports of IANA for MQTT with and without TLS, and those of WebSockets (RFC 6455 §3). */
const DEFAULT_PORTS = { 'mqtts:': 8883, 'mqtt:': 1883, 'wss:': 443, 'ws:': 80 } as const;
const URL_MAX_CHARACTERS = 512;

export type BrokerScheme = 'mqtts' | 'mqtt' | 'wss' | 'ws';

export interface BrokerUrl {
  readonly scheme: BrokerScheme;
  /** A name, or an IP address without brackets. */
  readonly host: string;
  readonly port: number;
  /** The path of a WebSocket; `/` where there is none. */
  readonly path: string;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** How it is named to users: without its password. */
  readonly name: string;
}

/**
 * Reads `mqtts://HOST[:PORT]`, `mqtt://…` without TLS, and `wss://HOST[:PORT][/PATH]` or `ws://…` over WebSockets; each may have
 * `USER:PASSWORD@` before the host.
 * @throws UsageError when the text is none of these.
 */
export function parseBrokerUrl(text: string): BrokerUrl {
  const url = text.length <= URL_MAX_CHARACTERS && URL.canParse(text) ? new URL(text) : null;
  const { protocol = '', hostname = '', pathname = '', search = '', hash = '' } = url ?? {};
  const isPlain =
    hash === '' && (protocol.startsWith('ws') || (search === '' && (pathname === '' || pathname === '/')));
  if (!url || !isScheme(protocol) || hostname === '' || !isPlain) {
    throw new UsageError(
      `'${shown(text)}' is not a broker: write mqtts://HOST[:PORT], wss://HOST[:PORT]/PATH or mqtt://HOST[:PORT]`,
    );
  }
  const port = url.port === '' ? DEFAULT_PORTS[protocol] : Number(url.port);
  return {
    scheme: protocol.slice(0, -1) as BrokerScheme,
    host: hostname.replace(/^\[|\]$/g, ''),
    port,
    path: `${pathname === '' ? '/' : pathname}${search}`,
    username: decoded(url.username, text),
    password: decoded(url.password, text),
    name: `${protocol}//${hostname}:${port}`,
  };
}

function isScheme(protocol: string): protocol is keyof typeof DEFAULT_PORTS {
  return protocol in DEFAULT_PORTS;
}

/** Returns a part of the text as it was before it was encoded (RFC 3986 §2.1); undefined where there is none. */
function decoded(part: string, text: string): string | undefined {
  if (part === '') return undefined;
  try {
    return decodeURIComponent(part);
  } catch {
    throw new UsageError(
      `the user and the password of '${shown(text)}' are not encoded: write % as %25, @ as %40 and / as %2F`,
    );
  }
}

/** Whoever reads over a shoulder does not see a password, whatever is in it. */
function shown(text: string): string {
  return text.slice(0, URL_MAX_CHARACTERS).replace(/\/\/.*@/s, '//…@');
}

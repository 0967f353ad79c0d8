/** What an operator had better know of a server that starts all the same. */
import { readFileSync } from 'node:fs';
import { scopeOf } from '../../src/address-scope.ts';
import { HTTP_CONNECTIONS_MAX } from '../http/http.ts';
import type { ServedAddress } from '../sockets/served-address.ts';

/** Files that are open whatever happens: the program, the sockets that listen, logs. */
const OTHER_FILES = 64;

export interface StartWarning {
  readonly code: 'private-address' | 'open-relay' | 'no-tls' | 'open-metrics' | 'few-files';
  /** One sentence, with what helps. */
  readonly message: string;
}

export interface Started {
  readonly served: readonly ServedAddress[];
  readonly isSecure: boolean;
  readonly isOpenRelay: boolean;
  /** Null where there is no relay. */
  readonly relayLimits: { readonly allocations: number; readonly connections: number } | null;
  /** The address for the metrics that whoever reaches it may read; null where there is none. */
  readonly openMetrics: string | null;
  /** How many files and sockets the process may have open; null where that is not known. */
  readonly openFilesMax: number | null;
}

export function warningsOf(started: Started): readonly StartWarning[] {
  const { served, isSecure, isOpenRelay, openMetrics } = started;
  const isPublic = served.some(({ announced }) => scopeOf(announced) !== 'loopback');
  const warnings: StartWarning[] = served.filter(({ announced }) => scopeOf(announced) === 'private').map(isPrivate);
  if (isOpenRelay && isPublic) {
    const message = 'strangers may use the relay, since everybody may join a room: auth-token keeps them out';
    warnings.push({ code: 'open-relay', message });
  }
  if (!isSecure && isPublic) {
    const message =
      'there is no TLS: whoever is on the way reads tokens and the keys of introductions; tls-cert and tls-key, or a proxy with TLS, prevent that';
    warnings.push({ code: 'no-tls', message });
  }
  if (openMetrics !== null && scopeOf(openMetrics) !== 'loopback') {
    const message = `whoever reaches ${openMetrics} may read the metrics: metrics-token keeps others out`;
    warnings.push({ code: 'open-metrics', message });
  }
  return [...warnings, ...filesWarning(started)];
}

/** An address that is announced although nobody outside a private network can send to it. */
function isPrivate({ bound, announced }: ServedAddress): StartWarning {
  const remedy = `where a 1:1 NAT gives this host a public address, give ip ${bound}=PUBLIC`;
  const message = `${announced} is a private address: clients outside its network do not reach this server; ${remedy}`;
  return { code: 'private-address', message };
}

function filesWarning({ relayLimits, openFilesMax }: Started): readonly StartWarning[] {
  const needed =
    HTTP_CONNECTIONS_MAX + (relayLimits ? relayLimits.allocations + relayLimits.connections : 0) + OTHER_FILES;
  if (openFilesMax === null || openFilesMax >= needed) return [];
  const message = `only ${openFilesMax} files and sockets may be open at once, and the limits of this server allow ${needed}: raise ulimit -n (LimitNOFILE of systemd)`;
  return [{ code: 'few-files', message }];
}

/** Reads what Linux says of this process, whose soft limit Node has raised as far as it may. Null elsewhere. */
export function openFilesMax(): number | null {
  try {
    const [, soft] = /^Max open files +(\d+|unlimited)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return soft === undefined || soft === 'unlimited' ? null : Number(soft);
  } catch {
    return null;
  }
}

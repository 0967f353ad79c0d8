/** What a failed attempt to connect shows of the server (src/rendezvous/introduction/output.ts). */
import type { ServerSign } from '../../rendezvous/introduction/output.ts';

/** Nobody has accepted the connection. */
const ABSENT: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'ETIMEDOUT',
]);
/** After the connection was accepted. */
const BROKEN_OFF: ReadonlySet<string> = new Set(['ECONNRESET', 'ECONNABORTED', 'EPIPE']);
/** No close frame; going away, an error, a restart, try again later (RFC 6455 §7.4.1 and its registry). */
const CLOSED_BY_A_SERVER_THAT_ENDS: ReadonlySet<number> = new Set([1006, 1001, 1011, 1012, 1013]);

/** Judges the system's code. */
export function signOfCode(code: string | undefined): ServerSign {
  if (code === undefined) return 'wrong';
  if (ABSENT.has(code)) return 'absent';
  return BROKEN_OFF.has(code) ? 'broken-off' : 'wrong';
}

/** Judges an HTTP status in place of an upgrade: a proxy answers with 5xx while the server behind it is away. */
export function signOfStatus(status: number): ServerSign {
  return status >= 500 ? 'broken-off' : 'wrong';
}

/** Judges the code with which a WebSocket was closed before the join was answered. */
export function signOfClose(code: number): ServerSign {
  return CLOSED_BY_A_SERVER_THAT_ENDS.has(code) ? 'broken-off' : 'wrong';
}

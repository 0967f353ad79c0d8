/**
 * What the two sides of a pipe ask each other for by opening streams. The first one carries the pipe; the others only tell
 * something, so that it is known to have arrived: they are accepted, and end at once.
 *
 *     pipe                  from the initiator of the handshake: both standard streams
 *     pipe received N       all N bytes of the other side have been written here, and its end has come
 *     pipe stopped N        nobody reads here any more, after N bytes
 */

export type PipeRequest =
  | { readonly kind: 'pipe' }
  | { readonly kind: 'received'; readonly bytes: number }
  | { readonly kind: 'stopped'; readonly bytes: number };

/** More digits would be no number that JavaScript counts exactly. */
const TOLD = /^pipe (received|stopped) (0|[1-9]\d{0,14})$/;

export function formatRequest(request: PipeRequest): string {
  return request.kind === 'pipe' ? 'pipe' : `pipe ${request.kind} ${request.bytes}`;
}

/** Returns null for what belongs to no pipe. */
export function parseRequest(text: string): PipeRequest | null {
  if (text === 'pipe') return { kind: 'pipe' };
  const [, kind, bytes] = TOLD.exec(text) ?? [];
  if (kind !== 'received' && kind !== 'stopped') return null;
  return { kind, bytes: Number(bytes) };
}

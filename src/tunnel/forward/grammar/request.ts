/**
 * What a forward asks for when it opens a stream, and what of that is exposed. The text of the peer is looked up in a table of
 * what this side has named, and used for nothing else.
 */
import { formatTarget, type PortTarget, type Target } from './target.ts';

/** `tcp 22`, `udp 192.0.2.7:53` or `unix /run/app.sock`. */
export function requestOf(target: Target): string {
  if (target.kind === 'unix') return `unix ${target.path}`;
  return `${target.transport} ${formatTarget({ ...target, transport: 'tcp' })}`;
}

/** Returns the look-up of the target that a request names; null where it is not exposed. */
export function createMatch(targets: readonly Target[]): (request: string) => Target | null {
  const table = new Map<string, Target>();
  for (const target of targets) table.set(requestOf(target), target);
  // What is named in so many words goes before what is only another name of it.
  for (const target of targets) {
    for (const name of otherNames(target)) if (!table.has(name)) table.set(name, target);
  }
  return (request) => table.get(request) ?? null;
}

const LOOPBACK_NAMES: ReadonlySet<string | null> = new Set([null, 'localhost', '127.0.0.1', '::1']);

/** A port of this host goes by its number alone, and by the names of the loopback address. */
function otherNames(target: Target): readonly string[] {
  if (target.kind === 'unix' || !LOOPBACK_NAMES.has(target.host)) return [];
  const as = (host: string | null): PortTarget => ({ ...target, host });
  return [null, 'localhost', target.host === '::1' ? '::1' : '127.0.0.1'].map((host) => requestOf(as(host)));
}

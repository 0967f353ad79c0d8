/** Which candidates of the friend the browser is given: none by which it would send into its own host, to its link, or to a group. */
import { scopeOf } from '../../../src/address-scope.ts';
import type { Candidate } from '../../../src/ice/candidates/candidate.ts';
import { parseCandidate } from '../../../src/ice/candidates/sdp.ts';

/** A name that a browser gives in place of an address, which only the browsers of one network can look up (RFC 6762). */
const HIDDEN = /^(?:candidate:)?[^ ]+ 1 udp \d+ [0-9a-f-]{36}\.local \d+ typ host( |$)/i;

export type Judged = { readonly kind: 'use'; readonly candidate: Candidate | null } | { readonly kind: 'refuse' };

/** `candidate` is null where its address is hidden. */
export function judgeCandidate(line: string): Judged {
  const parsed = parseCandidate(line);
  if (parsed.kind === 'ignored') {
    return parsed.reason === 'mdns' && HIDDEN.test(line) ? { kind: 'use', candidate: null } : { kind: 'refuse' };
  }
  const scope = scopeOf(parsed.candidate.endpoint.address);
  return scope === 'global' || scope === 'private' ? { kind: 'use', candidate: parsed.candidate } : { kind: 'refuse' };
}

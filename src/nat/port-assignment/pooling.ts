/**
 * Which of its public addresses a NAT gives to the sockets of one host (RFC 4787 §4.1, REQ-2). A pool that pairs hosts
 * with addresses and a single address look alike from one host, and both keep the requirement.
 */
import type { Probe } from '../probes/probe.ts';
import type { Reason } from '../reason.ts';

/** `one-address`: all sockets, toward all destinations, were seen at the same one; `arbitrary`: they were not. */
export type Pooling =
  | { readonly behavior: 'one-address' | 'arbitrary'; readonly reason: null }
  | { readonly behavior: 'undetermined'; readonly reason: Reason };

/** @param reason why too little is known, for when it is. */
export function classifyPooling(probes: readonly Probe[], reason: Reason): Pooling {
  const answered = probes.filter(({ answer }) => answer);
  const addresses = new Set(answered.map(({ answer }) => answer?.mapped.address));
  const sockets = new Set(answered.map(({ question }) => question.socket));
  if (addresses.size > 1) return { behavior: 'arbitrary', reason: null };
  return sockets.size > 1 ? { behavior: 'one-address', reason: null } : { behavior: 'undetermined', reason };
}

/** The message that introduces two peers, as a type of its own: whoever reads what a punch tells needs no library of schemas. */
import type { Endpoint } from '../../endpoint.ts';
import type { Dependency } from '../../nat/behavior.ts';
import type { PORT_ASSIGNMENT_KINDS } from '../../nat/port-assignment/pattern.ts';

/** What a peer says about its NAT, in the terms of RFC 4787; nobody verifies it. */
export interface ToldBehavior {
  readonly mapping: Dependency | 'none' | 'undetermined';
  readonly filtering: Dependency | 'none' | 'undetermined';
  readonly allocation?: ToldAllocation | undefined;
  /** What a packet does that comes too early; left out where it is forgotten, or nothing is known. */
  readonly early?: 'changes-port' | undefined;
}

/** How a NAT assigns ports to new mappings: with the step of a counter or the ends of a range, where there is one. */
interface ToldAllocation {
  readonly kind: (typeof PORT_ASSIGNMENT_KINDS)[number];
  readonly step: number | null;
  /** Whether each socket has a counter of its own. */
  readonly perSocket?: boolean | undefined;
  readonly range: { readonly first: number; readonly last: number } | null;
}

interface Sighting {
  /** The peer's endpoint, as the server has seen it. */
  readonly endpoint: Endpoint;
  /** The peer's. */
  readonly behavior: ToldBehavior;
  /** The receiver's endpoint, as the peer was told it. */
  readonly own: Endpoint;
}

/** Both have asked for each other, and both endpoints are known: this is all it takes to punch. */
export interface Introduction extends Sighting {
  readonly type: 'introduction';
  readonly peer: string;
  /** The values of SDP `a=candidate` lines (RFC 8839 §5.1). */
  readonly candidates: readonly string[];
  /** The receiver's, which decides on the path (RFC 8445 §4), or does not. */
  readonly role: 'controlling' | 'controlled';
  /** The same over IPv6, where both have shown a socket of either family: then the fields above are over IPv4. */
  readonly also?: Sighting | undefined;
  readonly key: string;
  readonly startInMs: number;
}

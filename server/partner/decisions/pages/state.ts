/** What a link keeps of the pages on both sides of it. */
import type { Carriage } from '../../../browser/decisions/carriage.ts';

/** A fragment of the partner's pages that this server knows for a while. */
export interface Lease {
  untilMs: number;
  /** The bucket (server/limit/bucket.ts) of the checks that the partner has sent for it. */
  checksMs: number;
  /** The addresses from which datagrams name it, and when each did last. */
  readonly speakers: Map<string, number>;
}

/** What this server does for the partner's pages. */
export interface Lending {
  readonly leases: Map<string, Lease>;
  readonly carriage: Carriage;
  /** The bucket of all checks that the partner has sent. */
  checksMs: number;
}

/** What the partner does for the pages of this server: the buckets of lists, of checks, and of what is carried back. */
export interface Borrowing {
  listsMs: number;
  checksMs: number;
  carriedMs: number;
}

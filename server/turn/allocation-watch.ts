/** Tells of each allocation that is made and that ends, by its number, in the words of the server's log. */
import { type Family, familyOf, formatEndpoint } from '../../src/endpoint.ts';
import type { TurnServerOutput } from './decisions/input-output.ts';

export interface AllocationTold {
  readonly event: 'allocated' | 'released';
  readonly fields: {
    readonly allocation: number;
    readonly transport?: string;
    readonly family?: Family;
    /** The session of the rendezvous that it belongs to. */
    readonly session?: string;
    /** The name of a user whose credentials are the operator's. */
    readonly user?: string;
    /** The client. */
    readonly from?: string;
    readonly reason?: string;
    /** How long it was there. */
    readonly seconds?: number;
    /** The process that has it, where that is not the first one. */
    readonly worker?: number;
  };
}

type Output<Kind extends TurnServerOutput['kind']> = Extract<TurnServerOutput, { readonly kind: Kind }>;

export interface AllocationWatch {
  readonly allocated: (output: Output<'allocated'>) => void;
  /** Takes those too of which nobody was told, since their sockets were never open. */
  readonly released: (output: Output<'close-relay'>) => void;
}

export function createAllocationWatch({
  now,
  tell,
}: {
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  readonly tell: (told: AllocationTold) => void;
}): AllocationWatch {
  /** When each was made that is there. */
  const since = new Map<number, number>();
  return {
    allocated: ({ allocation, fiveTuple: { transport, remote }, relayed, credentials: { session, user } }) => {
      since.set(allocation, now());
      const whose = session === null ? { user: user.replace(/^:/, '') } : { session };
      const where = { transport, family: familyOf(relayed.address), from: formatEndpoint(remote) };
      tell({ event: 'allocated', fields: { allocation, ...whose, ...where } });
    },
    released: ({ allocation, reason }) => {
      const madeAt = since.get(allocation);
      if (madeAt === undefined) return;
      since.delete(allocation);
      tell({ event: 'released', fields: { allocation, reason, seconds: Math.round((now() - madeAt) / 100) / 10 } });
    },
  };
}

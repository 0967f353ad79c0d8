/** The checks in flight: every send is a transaction of its own, so that each reply tells its exact round trip. */
import { type Endpoint, sameEndpoint } from '../../endpoint.ts';
import type { Arrival } from '../../session.ts';
import { TRANSACTION_ID_BYTES } from '../../stun/header.ts';
import { checkIntegrity } from '../../stun/integrity.ts';
import { attribute, type StunMessage } from '../../stun/message.ts';
import type { Pair } from '../checklist/pair.ts';
import type { Role } from '../role.ts';
import type { RejectionCause } from './rejection.ts';

export interface Transaction {
  readonly pair: Pair;
  readonly at: number;
  /** The own role that the check claimed. */
  readonly role: Role;
  /** Whether it carried USE-CANDIDATE. */
  readonly nominates: boolean;
}

export type Reply =
  | { readonly kind: 'rejected'; readonly cause: RejectionCause }
  | { readonly kind: 'success'; readonly transaction: Transaction; readonly mapped: Endpoint; readonly rttMs: number }
  | { readonly kind: 'error'; readonly transaction: Transaction; readonly code: number };

/** How long a reply may take: far beyond any path's round trip. */
const LIFETIME_MS = 10_000;
/** What an error response without ERROR-CODE counts as. */
const UNSPECIFIED_ERROR = 500;

export interface Transactions {
  /** Opens one and gives its id. */
  readonly open: (transaction: Transaction) => Uint8Array;
  /** What a response is worth. `key`: the peer's password, under which it must be. */
  readonly judge: (now: number, response: { arrival: Arrival; message: StunMessage; key: Uint8Array }) => Reply;
}

export function createTransactions(randomBytes: (length: number) => Uint8Array): Transactions {
  /** In the order of their sending. */
  const open = new Map<string, Transaction>();

  return {
    open: (transaction) => {
      for (const [id, { at }] of open) {
        if (transaction.at - at <= LIFETIME_MS) break;
        open.delete(id);
      }
      const id = randomBytes(TRANSACTION_ID_BYTES);
      open.set(hex(id), transaction);
      return id;
    },
    judge: (now, { arrival, message, key }) => {
      const rejected = (cause: RejectionCause): Reply => ({ kind: 'rejected', cause });
      const id = hex(message.transactionId);
      const transaction = open.get(id);
      if (!transaction) return rejected('unknown-transaction');
      // Without its integrity a response is as good as none (RFC 8489 §9.1.4); anyone on the path could have made it.
      if (checkIntegrity(arrival.bytes, { algorithm: 'sha1', key }) !== 'valid') return rejected('wrong-integrity');
      // RFC 8445 §7.2.5.2.1 fails the pair at once; here it fails by silence, so that a mirrored reply cannot end it.
      const { local, remote } = transaction.pair;
      const isSymmetric = arrival.socket === local.socket && sameEndpoint(arrival.from, remote.endpoint);
      if (!isSymmetric) return rejected('wrong-source');
      if (message.class === 'error') {
        open.delete(id);
        return { kind: 'error', transaction, code: attribute(message, 'ERROR-CODE')?.code ?? UNSPECIFIED_ERROR };
      }
      const mapped = attribute(message, 'XOR-MAPPED-ADDRESS');
      if (!mapped) return rejected('missing-attribute');
      open.delete(id);
      return { kind: 'success', transaction, mapped, rttMs: now - transaction.at };
    },
  };
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

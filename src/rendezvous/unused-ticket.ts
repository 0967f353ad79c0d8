/** Tickets where no server takes any: a client does with them what it does with those of a server, and nobody looks at them. */
import type { WireTicket } from './protocol/fields.ts';

/** Half of this passes before a client wants others: there is nothing to renew. */
const TICKET_MS = 86_400_000;
const TICKET_BYTES = 16;

export function unusedTicket({ randomBytes }: { readonly randomBytes: (length: number) => Uint8Array }): WireTicket {
  const secret = (): string => Buffer.from(randomBytes(TICKET_BYTES)).toString('base64url');
  return { username: secret(), password: secret(), expiresInMs: TICKET_MS };
}

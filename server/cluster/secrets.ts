/** The secrets that all nodes have: of whoever has come to Redis first, and kept there for the others. */
import { secretOf } from '../secret.ts';
import type { RedisConnection } from './redis/connection.ts';

const KEYS = { ticket: 'natcheck:ticket-secret', session: 'natcheck:session-secret' } as const;
const SECRET_BYTES = 32;

/** They change in place if Redis has lost them and another node was faster. */
export interface Secrets {
  /** That of the tickets. */
  readonly ticket: Uint8Array;
  /** That of the credentials which the rendezvous gives to peers for relays of natcheck, as text. */
  readonly session: { current: string };
}

export function createSecrets(randomBytes: (length: number) => Uint8Array): Secrets {
  return { ticket: randomBytes(SECRET_BYTES), session: { current: secretOf(randomBytes(SECRET_BYTES)) } };
}

/** Takes the secrets that Redis has, and gives it these where it has none; resolves with whether any has changed. */
export async function shareSecrets(
  { share }: Pick<RedisConnection, 'share'>,
  { ticket, session }: Secrets,
): Promise<boolean> {
  const [ticketText, sessionText] = await Promise.all([
    share(KEYS.ticket, Buffer.from(ticket).toString('base64url')),
    share(KEYS.session, session.current),
  ]);
  const shared = Buffer.from(ticketText, 'base64url');
  const isOther = shared.length === ticket.length && !shared.equals(ticket);
  if (isOther) ticket.set(shared);
  const isOtherSession = /^[\w-]{43}$/.test(sessionText) && sessionText !== session.current;
  if (isOtherSession) session.current = sessionText;
  return isOther || isOtherSession;
}

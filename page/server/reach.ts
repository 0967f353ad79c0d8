/** Why the server of this page cannot be reached, as far as a request of plain HTTP tells. */
import type { ConnectionProblem } from '../text.ts';

/** How long the server may take to answer a request. */
const ANSWER_MS = 5_000;

/** Returns null where the server answers now; a proxy that answers in its place says that it does not. */
export async function whyUnreachable(page: string): Promise<ConnectionProblem | null> {
  const signal = AbortSignal.timeout(ANSWER_MS);
  const asked = fetch(new URL('.', page), { method: 'HEAD', cache: 'no-store', signal });
  const isThere = await asked.then(
    ({ ok }) => ok,
    () => false,
  );
  if (isThere) return null;
  if (!navigator.onLine) return 'offline';
  return new URL(page).protocol === 'https:' ? 'unreachable-by-tls' : 'unreachable';
}

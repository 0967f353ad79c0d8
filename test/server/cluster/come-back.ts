/** Peers that come back with their resume keys, as natcheck's client does, to whichever of some servers takes them. */
import type { RendezvousClient } from '../../../src/net/rendezvous/client.ts';
import { joinRendezvous } from '../../../src/net/rendezvous/join.ts';

/** Those of src/rendezvous/introduction/joining.ts; the last one repeats. */
const BACK_AFTER_MS = [100, 400, 1_000, 2_000];
/** Far more than any fault lasts here. */
const TRIES = 50;

/** Joins one of the servers, the first one that takes it, with a pause before each round over all but the first. */
export async function comeBack(
  urls: readonly string[],
  joining: { readonly room: string; readonly id: string; readonly resumeKey?: string | undefined },
): Promise<RendezvousClient> {
  let last: unknown;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const [round, at] = [Math.floor(attempt / urls.length), attempt % urls.length];
    const pauseMs = BACK_AFTER_MS[Math.min(round, BACK_AFTER_MS.length) - 1] ?? 0;
    if (at === 0 && pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    const url = urls[at] ?? '';
    const result = await joinRendezvous({ ...joining, url });
    if (result.outcome === 'joined') return result.client;
    last = result;
  }
  throw new Error(`${joining.id} was not taken: ${JSON.stringify(last)}`);
}

/** Waits until the connection of a client has ended, and has it come back. */
export async function comeBackAfterEnd(urls: readonly string[], client: RendezvousClient): Promise<RendezvousClient> {
  await client.closed;
  await new Promise((resolve) => setTimeout(resolve, BACK_AFTER_MS[0]));
  const { room, id, resumeKey } = client.joined;
  return await comeBack(urls, { room, id, resumeKey });
}

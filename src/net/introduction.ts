/** Waits at the rendezvous until the peer is there and both are introduced. */
import type { ServerMessageOf } from '../rendezvous/server-message.ts';
import type { RendezvousClient } from './rendezvous-client.ts';

export type Introduction = ServerMessageOf<'introduction'>;

export type Awaited =
  | { readonly kind: 'introduced'; readonly introduction: Introduction }
  | { readonly kind: 'no-peer' }
  /** The connection ended first. */
  | { readonly kind: 'lost' };

/** @throws the signal's reason when aborted. */
export async function awaitIntroduction(
  client: RendezvousClient,
  {
    peer,
    waitMs,
    signal,
  }: { readonly peer: string; readonly waitMs: number; readonly signal?: AbortSignal | undefined },
): Promise<Awaited> {
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<Awaited>();
  const timer = setTimeout(() => resolve({ kind: 'no-peer' }), waitMs);
  const abort = (): void => reject(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  client.onEvent((event) => {
    if (event.type === 'introduction' && event.peer === peer) resolve({ kind: 'introduced', introduction: event });
    if (event.type === 'closed' || event.type === 'closing') resolve({ kind: 'lost' });
  });
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}

/** Finds out what this host's NAT does, beside something else that goes on meanwhile. */
import type { Endpoint } from '../endpoint.ts';
import type { ToldBehavior } from '../rendezvous/protocol/fields.ts';
import { detect } from './detect.ts';

export interface OwnBehavior extends Disposable {
  /** What a peer is told of it. Rejects with the signal's reason when aborted, or disposed. */
  readonly behavior: Promise<ToldBehavior>;
}

/** Begins a detection at once; it ends when it is disposed of. */
export function findOwnBehavior({
  server: { address, port },
  local,
  signal,
}: {
  readonly server: Endpoint;
  readonly local: string | undefined;
  readonly signal: AbortSignal | undefined;
}): OwnBehavior {
  const ended = new AbortController();
  const either = signal ? AbortSignal.any([signal, ended.signal]) : ended.signal;
  const servers = [address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`];
  const behavior = detect({ servers, local, signal: either }).then(({ mapping, filtering, allocation }) => {
    const { reason: _, samples: __, ...told } = allocation;
    return { mapping: mapping.behavior, filtering: filtering.behavior, allocation: told };
  });
  // Whoever waits for it is told; there may be nobody left who does.
  behavior.catch(() => {});
  return { behavior, [Symbol.dispose]: () => ended.abort() };
}

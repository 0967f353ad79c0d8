/** hyperdht on a separate DHT, timed by the side that connects; the remote address of the stream shows that it is direct. */
import type { Lab } from '../../../lab/index.ts';
import type { Contestant } from './contestant.ts';
import { type Peer, startPeer } from './peer.ts';

interface Connected {
  readonly openMs: number;
  readonly echoMs: number;
  readonly remoteHost: string;
}

/** Starts the DHT on both addresses of the lab's server. */
export function startHyperdhtNetwork({ server }: Lab): Promise<Peer> {
  return startPeer(server, 'hyperdht-network.ts', [server.primary, server.alternate]);
}

/** Starts two nodes that stay up; for each meeting the second listens under a key that the first has never connected to. */
export const HYPERDHT: Contestant = {
  name: 'hyperdht (warm)',
  async start({ lab, a, b }) {
    await using started = new AsyncDisposableStack();
    const node = async (site: typeof a): Promise<Peer> =>
      started.use(await startPeer(site.client(0), 'hyperdht-peer.ts', [lab.server.primary]));
    const caller = await node(a);
    const listener = await node(b);
    const owned = started.move();
    return {
      async meet() {
        const { publicKey } = await listener.ask<{ readonly publicKey: string }>('listen');
        const { openMs, echoMs, remoteHost } = await caller.ask<Connected>('connect', { publicKey });
        if (remoteHost !== b.publicAddress)
          throw new Error(`hyperdht: connected to ${remoteHost}, not ${b.publicAddress}`);
        return { [HYPERDHT.name]: [openMs], 'hyperdht (warm), byte back': [echoMs] };
      },
      [Symbol.asyncDispose]: () => owned.disposeAsync(),
    };
  },
};

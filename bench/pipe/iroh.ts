/**
 * iroh by its package for Node. Its relay server is not in any package, so its sides are told each other's
 * endpoints; and that package takes and gives bytes as arrays of numbers, which is what limits it.
 */
import { type Contestant, peer } from './contestant.ts';

const FIRST_PORT = 30_000;

export const IROH: Contestant = {
  name: 'iroh, endpoints known, 50 MB',
  maxBytes: 50e6,
  commands({ from, to, number }) {
    const port = `${FIRST_PORT + number}`;
    return {
      sender: [...peer('iroh-pipe.ts'), 'sender', port, `${to.publicAddress}:${port}`],
      waiting: /^waiting/,
      receiver: () => [...peer('iroh-pipe.ts'), 'receiver', port, `${from.publicAddress}:${port}`],
    };
  },
};

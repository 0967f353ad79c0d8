/** natcheck's own pipe, with a code that both sides are given and the lab's server. */
import type { Contestant } from './contestant.ts';

export const NATCHECK: Contestant = {
  name: 'natcheck pipe',
  async commands({ lab }) {
    const made = await lab.server.exec(['natcheck', 'code', '--server', lab.server.primary]);
    const argv = ['natcheck', 'pipe', made.stdout.trim()];
    return { sender: [...argv, '--json'], waiting: /"event":"ready"/, receiver: () => argv };
  },
};

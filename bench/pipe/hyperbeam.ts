/** hyperbeam on a DHT of its own in the lab. */
import { type Contestant, peer } from './contestant.ts';

/** Finds or opens no other way than a direct one: hyperbeam has no relay. */
export const HYPERBEAM: Contestant = {
  name: 'hyperbeam',
  commands({ lab, number }) {
    const argv = [...peer('hyperbeam-pipe.ts'), lab.server.primary, `${number}`];
    return {
      sender: [...argv, 'announce'],
      waiting: /^waiting/,
      receiver: () => argv,
      // Where one side's stdin ends, hyperbeam ends the other direction as well.
      receiverStdin: 'open',
    };
  },
};

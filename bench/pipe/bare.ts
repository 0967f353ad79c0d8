/** What there is to reach: udx without encryption, and TCP without NAT. */
import { type Contestant, peer, type Transfer } from './contestant.ts';

/** One port for each transfer, so that no router remembers an earlier one; both kinds of NAT that it is used with keep it. */
const FIRST_PORT = 20_000;

const endpoints = ({ from, to, number }: Transfer) => {
  const port = `${FIRST_PORT + number}`;
  return { toward: [port, to.publicAddress, port], back: [port, from.publicAddress, port] };
};

/** A udx stream through a hole that both sides open by sending to each other's endpoint, which they know. */
export const BARE_UDX: Contestant = {
  name: 'bare udx, stdin to stdout',
  commands(transfer) {
    const { toward, back } = endpoints(transfer);
    return {
      sender: [...peer('udx-pipe.ts'), ...toward],
      waiting: /^waiting/,
      receiver: () => [...peer('udx-pipe.ts'), ...back],
    };
  },
};

/** The same without stdin and stdout: nothing that uses udx can be faster. */
export const UDX_IN_MEMORY: Contestant = {
  name: 'bare udx, memory to memory',
  commands(transfer) {
    const { toward, back } = endpoints(transfer);
    return {
      sender: [...peer('udx-memory.ts'), `${transfer.bytes}`, ...toward],
      waiting: /^waiting/,
      receiver: () => [...peer('udx-memory.ts'), '0', ...back],
      bytesFrom: 'memory',
    };
  },
};

/** Between hosts without NAT. */
export const PLAIN_TCP: Contestant = {
  name: 'plain TCP, no NAT',
  commands: ({ from, number }) => ({
    sender: [...peer('tcp-pipe.ts'), `${FIRST_PORT + number}`],
    waiting: /^waiting/,
    receiver: () => [...peer('tcp-pipe.ts'), `${FIRST_PORT + number}`, from.client(0).address],
  }),
};

/** Where NATs leave no hole: a relay on the lab's server that is udx itself, and so passes packets on without a look inside. */
export const RELAYED_UDX: Contestant = {
  name: 'bare udx, relayed by udx',
  async commands({ lab, number }) {
    const port = `${FIRST_PORT + number}`;
    const relay = await lab.server.start([...peer('udx-relay.ts'), port]);
    await relay.line(/^waiting/);
    const argv = (side: number): readonly string[] => {
      return [...peer('udx-pipe.ts'), port, lab.server.primary, port, `${side}`];
    };
    return { sender: argv(1), waiting: /^waiting/, receiver: () => argv(2), beside: relay };
  },
};

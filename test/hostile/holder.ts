/** What holds the sockets of an attempt, keeps what it sends, and looks at where that goes. */
import type { Random } from '../../lab/sim/network/random.ts';
import { scopeOf } from '../../src/address-scope.ts';
import { type Endpoint, sameEndpoint } from '../../src/endpoint.ts';
import { CHECKS_IF_HEARD, CHECKS_MAX, CHECKS_PER_ADDRESS } from '../../src/ice/checks/budget.ts';
import type { IceEvent } from '../../src/ice/event.ts';
import type { Attempt } from '../../src/punch/attempt/attempt.ts';
import { PROBES_MAX } from '../../src/punch/attempt/budget.ts';
import { PUNCH_SOCKET, RELAY_SOCKET } from '../../src/punch/attempt/candidates/candidate-agent.ts';
import { formatPeerSignal } from '../../src/punch/attempt/peer-signal.ts';
import { hold } from './target.ts';
import { chance, port } from './values.ts';

export const SERVER: Endpoint = { address: '203.0.113.10', port: 3478 };
export const LOCAL: Endpoint = { address: '192.168.1.10', port: 40_000 };
/** A birthday asks for 256 sockets twice and for 2,048 probes, and every packet may come with an event. */
const OUTPUTS_MAX = 30_000;
const SENT_KEPT = 16;

export interface Sent {
  readonly socket: string;
  readonly to: Endpoint;
  readonly bytes: Uint8Array;
}

export interface Holder {
  /** Does all that the attempt wants now; when it wants to be asked again. */
  readonly drain: (now: number) => number | 'closed';
  /** The last few. */
  readonly sent: readonly Sent[];
  readonly sockets: readonly string[];
  /** Something comes from there: what goes there from now on goes to nobody who has not spoken. */
  readonly heard: (from: Endpoint) => void;
}

export function createHolder(
  attempt: Attempt,
  { random, onEvent }: { readonly random: Random; readonly onEvent: (event: IceEvent) => void },
): Holder {
  const sockets = [PUNCH_SOCKET, RELAY_SOCKET];
  const sent: Sent[] = [];
  const watch = createWatch();
  let outputs = 0;
  const transmit = (now: number, output: Sent): void => {
    watch.sent(output);
    if (chance(random, 0.01)) attempt.handleSendFailure(now, { ...output, code: 'EPERM' });
    sent.push(output);
    if (sent.length > SENT_KEPT) sent.shift();
  };
  const drain = (now: number): number | 'closed' => {
    for (;;) {
      hold(outputs++ < OUTPUTS_MAX, `more than ${OUTPUTS_MAX} outputs, at ${now} ms`);
      const output = attempt.poll(now);
      switch (output.kind) {
        case 'done':
          return 'closed';
        case 'wait':
          return output.until;
        case 'transmit':
          transmit(now, output);
          break;
        case 'event':
          onEvent(output.event);
          break;
        case 'open': {
          const isRefused = chance(random, 0.1);
          sockets.push(output.socket);
          attempt.handleOpened?.(now, output.socket, isRefused ? null : { ...LOCAL, port: port(random) });
          break;
        }
        case 'close':
          break;
        case 'tell':
          formatPeerSignal(output.signal);
      }
    }
  };
  return { drain, sent, sockets, heard: watch.heard };
}

/** @throws Error when more requests go to who has not spoken than a punch may send there, or one goes where none may. */
function createWatch() {
  const spoken = new Set<string>();
  const requests = new Map<string, number>();
  let total = 0;
  return {
    heard: ({ address }: Endpoint): void => void spoken.add(address),
    sent: ({ socket, to, bytes }: Sent): void => {
      const isRequest = bytes[0] === 0 && bytes[1] === 1;
      if (!isRequest || sameEndpoint(to, SERVER)) return;
      const scope = scopeOf(to.address);
      // What goes through the relay goes to its server, and is that one's to refuse.
      hold(socket === RELAY_SOCKET || scope === 'global' || scope === 'private', `a check to ${to.address}`);
      if (spoken.has(to.address)) return;
      const before = requests.get(to.address) ?? 0;
      requests.set(to.address, before + 1);
      hold(before < CHECKS_PER_ADDRESS + CHECKS_IF_HEARD + PROBES_MAX, `${before + 1} requests to ${to.address}`);
      hold(total++ < CHECKS_MAX + PROBES_MAX, `${total} requests to who has not spoken`);
    },
  };
}

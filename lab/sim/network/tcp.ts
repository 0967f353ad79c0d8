/** TCP as far as a session asks for it: whether a connection opens (RFC 9293 §3.5), over the same links and boxes. */
import { type Endpoint, formatEndpoint } from '../../../src/endpoint.ts';
import type { Clock } from './clock.ts';
import type { TcpPacket } from './packet.ts';

/** RFC 6298 §2.1; each further one is twice as long. */
const SYN_RTO_INITIAL_MS = 1000;
/** Linux's `tcp_syn_retries`: a connect to a dead host fails after 127 s. */
const SYN_RETRIES = 6;

type TcpOutcome = 'accepted' | 'failed';

export interface Tcp {
  readonly listen: (port: number) => void;
  /** Calls `settled` once: on the answer, or when every SYN went unanswered. */
  readonly connect: (request: {
    readonly from: Endpoint;
    readonly to: Endpoint;
    readonly settled: (outcome: TcpOutcome) => void;
  }) => void;
  readonly receive: (packet: TcpPacket) => void;
}

export function createTcp(options: { readonly clock: Clock; readonly send: (packet: TcpPacket) => void }): Tcp {
  const { clock, send } = options;
  const listening = new Set<number>();
  const connecting = new Map<string, (outcome: TcpOutcome) => void>();
  const keyOf = (local: Endpoint, remote: Endpoint): string => `${formatEndpoint(local)} ${formatEndpoint(remote)}`;

  return {
    listen: (port) => void listening.add(port),
    connect: ({ from, to, settled }) => {
      const key = keyOf(from, to);
      connecting.set(key, settled);
      const attempt = (retries: number): void => {
        if (!connecting.has(key)) return;
        if (retries > SYN_RETRIES) {
          settle(connecting, key, 'failed');
          return;
        }
        send({ protocol: 'tcp', segment: 'syn', from, to });
        clock.schedule(clock.now() + SYN_RTO_INITIAL_MS * 2 ** retries, () => attempt(retries + 1));
      };
      attempt(0);
    },
    receive: ({ segment, from, to }) => {
      if (segment === 'syn') {
        send({ protocol: 'tcp', segment: listening.has(to.port) ? 'syn-ack' : 'rst', from: to, to: from });
      } else {
        settle(connecting, keyOf(to, from), segment === 'syn-ack' ? 'accepted' : 'failed');
      }
    },
  };
}

function settle(connecting: Map<string, (outcome: TcpOutcome) => void>, key: string, outcome: TcpOutcome): void {
  const settled = connecting.get(key);
  connecting.delete(key);
  settled?.(outcome);
}

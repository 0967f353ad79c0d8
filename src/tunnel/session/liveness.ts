/** Whether the peer is there: a sealed ping every second, and when anything of the peer was last heard. */
import { now } from '../../net/driver.ts';
import type { Datagram } from './datagram/sealed-datagram.ts';

/** As often as an idle side is heard. */
const PING_MS = 1_000;
/** How many pings may wait for their answers; older ones are forgotten. */
const PINGS_MAX = 8;

export interface Liveness extends Disposable {
  /** Something that the peer has authenticated has come. */
  readonly heard: () => void;
  /** Takes the datagrams of the kinds `ping` and `pong`. */
  readonly hearDatagram: (datagram: Datagram) => void;
  readonly quietForMs: () => number;
  readonly rttMs: () => number | null;
  /** Sends a ping at once, on a new path. */
  readonly ping: () => void;
}

interface LivenessOptions {
  readonly send: (datagram: Datagram) => void;
  /** What a ping, and its answer, take with them. */
  readonly payload: () => Uint8Array;
}

/** Pings are datagrams: a native stream whose packets are not acknowledged for 13 s is closed, and none should be for a ping. */
export function createLiveness({ send, payload }: LivenessOptions): Liveness {
  const sentAt = new Map<number, number>();
  let number = 0;
  let heardAt = now();
  let rttMs: number | null = null;
  const ping = (): void => {
    number = (number + 1) % 0x1_0000_0000;
    sentAt.set(number, now());
    const [oldest] = sentAt.keys();
    if (sentAt.size > PINGS_MAX && oldest !== undefined) sentAt.delete(oldest);
    send({ kind: 'ping', number, payload: payload() });
  };
  const timer = setInterval(ping, PING_MS);
  return {
    heard: () => {
      heardAt = now();
    },
    hearDatagram: (datagram) => {
      if (datagram.kind === 'ping') send({ kind: 'pong', number: datagram.number, payload: payload() });
      const sent = sentAt.get(datagram.number);
      if (datagram.kind !== 'pong' || sent === undefined) return;
      rttMs = now() - sent;
      sentAt.delete(datagram.number);
    },
    quietForMs: () => now() - heardAt,
    rttMs: () => rttMs,
    ping,
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

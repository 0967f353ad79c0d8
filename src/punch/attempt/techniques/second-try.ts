/**
 * A second try, for routers that answer packets from outside themselves. When the peer's packet comes before the local one
 * has left, the router keeps an entry for it, and the local packets then get another port, which the peer's router does not
 * let in. That entry lasts for half a minute; so where nothing has come in, both sides open a fresh socket, and take turns.
 * The controlled side tells its endpoint. The controlling side opens its NAT toward that with a packet that dies on the way,
 * and only then tells its endpoint; so the first packet to arrive at either router is one that the router lets in.
 */

import { candidatePriority } from '../../../ice/candidates/priority.ts';
import { isRelayed } from '../../../ice/checklist/pair.ts';
import { createBinding, reflexiveEndpoint } from '../../../stun/binding.ts';
import { encodeOpener } from './opener.ts';
import { SAMPLE_SCHEDULE, type Technique, type TechniqueFacts } from './technique.ts';

const AGAIN = 'again';
/** Most paths are open by then, whatever the round trip; the checks of the first try go on meanwhile. */
const AFTER_MS = 600;
/** Enough to pass the local router, and too few to reach the peer's. */
const OPENER_TTL = 2;

export function createSecondTry(facts: TechniqueFacts): Technique {
  const { agent, peer, server, startAt, randomBytes, emit } = facts;
  const sample = createBinding({ server, randomBytes, schedule: SAMPLE_SCHEDULE });
  let local: { readonly address: string; readonly port: number } | null = null;
  let isAsked = false;
  let seenPort: number | null = null;
  let peerPort: number | null = null;
  let isOver = false;
  let isTold = false;

  const join = (): void => {
    if (local) agent.addLocalCandidate({ type: 'host', socket: AGAIN, endpoint: local });
  };
  const tell = (port: number): void => {
    isTold = true;
    emit({ kind: 'tell', ports: [port] });
  };
  /** Tells, then waits for the other's port, and checks it. */
  const goFirst = (port: number): void => {
    if (!isTold) tell(port);
    if (peerPort === null) return;
    isOver = true;
    join();
    agent.addRemoteCandidate({
      type: 'srflx',
      endpoint: { address: peer.address, port: peerPort },
      foundation: AGAIN,
      priority: candidatePriority('srflx'),
      related: null,
    });
  };
  /** Waits for the other's port, opens toward it, then tells, and waits for the check. */
  const goSecond = (port: number): void => {
    if (peerPort === null) return;
    isOver = true;
    const to = { address: peer.address, port: peerPort };
    emit({ kind: 'transmit', socket: AGAIN, to, bytes: encodeOpener(facts), ttl: OPENER_TTL });
    join();
    tell(port);
  };
  const takeTurn = (): void => {
    if (isOver || seenPort === null) return;
    if (agent.role() === 'controlled') goFirst(seenPort);
    else goSecond(seenPort);
  };

  return {
    advance: (now) => {
      if (isOver) return Number.POSITIVE_INFINITY;
      if (now < startAt + AFTER_MS) return startAt + AFTER_MS;
      if (!isAsked) {
        isAsked = true;
        emit({ kind: 'open', socket: AGAIN });
      }
      if (!local || seenPort !== null) return Number.POSITIVE_INFINITY;
      const step = sample.next(now);
      if (step.kind !== 'send') return step.kind === 'wait' ? step.until : Number.POSITIVE_INFINITY;
      emit({ kind: 'transmit', socket: AGAIN, to: server, bytes: step.bytes });
      return now;
    },
    handleOpened: (_now, _socket, opened) => {
      local = opened;
    },
    handlePorts: ([port]) => {
      peerPort ??= port ?? null;
      takeTurn();
    },
    handleDatagram: (now, arrival) => {
      if (arrival.socket !== AGAIN || seenPort !== null) return false;
      const seen = reflexiveEndpoint(sample.receive(now, arrival));
      if (!seen) return false;
      seenPort = seen.port;
      takeTurn();
      return true;
    },
    handleEvent: (event) => {
      if (event.kind === 'check-received' && !isRelayed(event.pair)) isOver = true;
    },
    mayBegin: () => true,
    stop: () => {
      isOver = true;
    },
  };
}

/**
 * The birthday: the moving side sends from many sockets, each at a port that its NAT draws; the other probes ports that it
 * draws. Where the two meet the NATs of both are open, whichever came first, and a check of the one arrives at a socket of
 * the other, which the ICE agent then takes over.
 */
import type { Endpoint } from '../../../endpoint.ts';
import { isRelayed } from '../../../ice/checklist/pair.ts';
import { checkIntegrity, shortTermKey } from '../../../stun/integrity.ts';
import { PUNCH_SOCKET } from '../candidate-agent.ts';
import { BIRTHDAY_MARGIN_MS, BIRTHDAY_RATE, birthdayOf } from './choose-technique.ts';
import { encodeOpener } from './opener.ts';
import type { Technique, TechniqueFacts } from './technique.ts';
import { createDraw, createVolley } from './volley.ts';

const PREFIX = 'birthday ';

/**
 * The moving side. Its second round has fresh sockets, and comes when the other side has probed all that it will: it is met
 * by the same odds again, also through a router that had answered the packets of the first one itself.
 */
export function createOpeners(facts: TechniqueFacts): Technique {
  const { agent, peer, own, startAt, emit } = facts;
  const key = shortTermKey(own.credentials.pwd);
  const { sockets: count, probes } = birthdayOf(own.allocation);
  const starts = [startAt, startAt + (probes * 1000) / BIRTHDAY_RATE + BIRTHDAY_MARGIN_MS];
  const locals = new Map<string, Endpoint>();
  let opened: string[] = [];
  let round = 0;
  let hasAsked = false;
  let isOver = false;
  const volleyAt = (at: number) =>
    createVolley({ count, perSecond: BIRTHDAY_RATE, startAt: at, make: (index) => opened[index] ?? '' });
  let volley = volleyAt(startAt);

  const close = (except?: string): void => {
    for (const socket of locals.keys()) if (socket !== except) emit({ kind: 'close', socket });
    locals.clear();
  };
  const stop = (except?: string): void => {
    isOver = true;
    close(except);
  };
  const nextRound = (at: number): void => {
    close();
    opened = [];
    round++;
    hasAsked = false;
    volley = volleyAt(at);
  };
  return {
    advance: (now) => {
      if (isOver) return Number.POSITIVE_INFINITY;
      const laterAt = starts[round + 1] ?? Number.POSITIVE_INFINITY;
      if (now >= laterAt) nextRound(laterAt);
      if (!hasAsked) {
        hasAsked = true;
        for (let index = 0; index < count; index++) emit({ kind: 'open', socket: `${PREFIX}${round} ${index}` });
      }
      const until = starts[round + 1] ?? Number.POSITIVE_INFINITY;
      if (volley.sent() === opened.length) return until;
      const next = volley.next(now);
      if ('until' in next) return Math.min(next.until, until);
      emit({ kind: 'transmit', socket: next.item, to: peer, bytes: encodeOpener(facts) });
      return now;
    },
    handleOpened: (_now, socket, local) => {
      if (local === null) return;
      if (isOver || !socket.startsWith(`${PREFIX}${round} `)) return emit({ kind: 'close', socket });
      opened.push(socket);
      locals.set(socket, local);
    },
    handlePorts: () => {},
    handleDatagram: (now, arrival) => {
      const local = locals.get(arrival.socket);
      if (!local) return false;
      // A check of the peer, and of nobody else: it alone knows the password.
      if (checkIntegrity(arrival.bytes, { algorithm: 'sha1', key }) !== 'valid') return true;
      stop(arrival.socket);
      agent.addLocalCandidate({ type: 'host', socket: arrival.socket, endpoint: local });
      agent.handleDatagram(now, arrival);
      return true;
    },
    handleEvent: (event) => {
      if (event.kind === 'pair-valid' && !isRelayed(event.pair) && !isOver) stop();
    },
    mayBegin: () => true,
    stop: () => stop(),
  };
}

/** The other side. */
export function createProber(facts: TechniqueFacts): Technique {
  const { peer, other, startAt, randomInteger, emit } = facts;
  const { first, ports, probes } = birthdayOf(other.allocation);
  const draw = createDraw({ first, count: ports, randomInteger });
  const volley = createVolley({ count: probes, perSecond: BIRTHDAY_RATE, startAt, make: draw });
  let isOver = false;
  return {
    advance: (now) => {
      if (isOver) return Number.POSITIVE_INFINITY;
      const next = volley.next(now);
      if ('until' in next) return next.until;
      const to = { address: peer.address, port: next.item ?? peer.port };
      emit({ kind: 'transmit', socket: PUNCH_SOCKET, to, bytes: encodeOpener(facts) });
      return now;
    },
    handleOpened: () => {},
    handlePorts: () => {},
    handleDatagram: () => false,
    handleEvent: (event) => {
      if (event.kind === 'check-received' && !isRelayed(event.pair)) isOver = true;
    },
    mayBegin: () => true,
    stop: () => {
      isOver = true;
    },
  };
}

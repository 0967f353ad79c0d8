/**
 * Port prediction: each moving side learns at which port its NAT stands, tells the peer the ports that come next, and sends
 * to the peer before anything else takes them. A stable side opens toward all of them first, and says so: a packet that comes
 * to its router before that may be answered there (see second-try.ts). Between two moving sides the n-th packet of each leaves
 * from its n-th predicted port and goes to the other's n-th.
 */
import type { Endpoint } from '../../../endpoint.ts';
import { candidatePriority } from '../../../ice/candidates/priority.ts';
import { MIN_TA_MS } from '../../../ice/checklist/pace.ts';
import { createBinding, reflexiveEndpoint } from '../../../stun/binding.ts';
import { PREDICTED_PORTS, predictPorts } from './choose-technique.ts';
import { SAMPLE_SCHEDULE, type Technique, type TechniqueFacts } from './technique.ts';

/** The socket whose Binding tells where the NAT's counter stands. */
const SAMPLE = 'sample';
/** A socket whose port the NAT keeps, since it has sent nowhere yet. */
const FRESH = 'fresh';
/** How long the peer's ports are waited for before the plain checks begin. */
const PATIENCE_MS = 2_000;

export function createPrediction({ agent, peer, server, own, startAt, randomBytes, emit }: TechniqueFacts): Technique {
  const isCounted = own.isMoving && own.allocation.kind === 'sequential';
  const isKept = own.isMoving && !isCounted;
  const sample = createBinding({ server, randomBytes, schedule: SAMPLE_SCHEDULE });
  let isOpen: 'no' | 'asked' | 'yes' = 'no';
  let hasTold = !own.isMoving;
  let hasHeard = false;
  /** When the stable side has opened toward every port. */
  let openAt: number | null = null;
  let isOpenTold = own.isMoving;
  let isLate = false;

  const tell = (ports: readonly number[]): void => {
    hasTold = true;
    emit({ kind: 'tell', ports });
  };
  const closeSample = (): void => {
    if (isCounted && isOpen === 'yes') emit({ kind: 'close', socket: SAMPLE });
    isOpen = 'no';
  };
  const learn = (port: number, index: number): void =>
    agent.addRemoteCandidate({
      type: 'srflx',
      endpoint: { address: peer.address, port },
      // None waits for another, and all are tried in order.
      foundation: `predicted${index}`,
      priority: candidatePriority('srflx') - index,
      related: null,
    });

  return {
    advance: (now) => {
      const lateAt = startAt + PATIENCE_MS;
      isLate = now >= lateAt;
      if (now < startAt) return startAt;
      if (!isOpenTold && hasHeard) {
        openAt ??= now + (PREDICTED_PORTS + 1) * MIN_TA_MS;
        if (now < openAt) return openAt;
        isOpenTold = true;
        emit({ kind: 'tell', ports: [] });
      }
      if (!hasTold && isOpen === 'no') {
        isOpen = 'asked';
        emit({ kind: 'open', socket: isCounted ? SAMPLE : FRESH });
      }
      if (hasTold || !isCounted || isOpen !== 'yes') return isLate ? Number.POSITIVE_INFINITY : lateAt;
      const step = sample.next(now);
      if (step.kind !== 'send') {
        const until = step.kind === 'wait' ? step.until : Number.POSITIVE_INFINITY;
        return isLate ? until : Math.min(until, lateAt);
      }
      emit({ kind: 'transmit', socket: SAMPLE, to: server, bytes: step.bytes });
      return now;
    },
    handleOpened: (_now: number, socket: string, local: Endpoint | null) => {
      if (local === null) return;
      isOpen = 'yes';
      if (socket !== FRESH) return;
      agent.addLocalCandidate({ type: 'host', socket: FRESH, endpoint: local });
      tell([local.port]);
    },
    handlePorts: (ports) => {
      if (hasHeard) return;
      hasHeard = true;
      for (const [index, port] of ports.entries()) learn(port, index);
    },
    handleDatagram: (now, arrival) => {
      if (arrival.socket !== SAMPLE) return false;
      const seen = hasTold ? null : reflexiveEndpoint(sample.receive(now, arrival));
      if (!seen) return true;
      tell(predictPorts({ last: seen.port, step: own.allocation.step ?? 1 }));
      closeSample();
      return true;
    },
    handleEvent: () => {},
    // The kept port has to go to the peer alone: it is not to be begun with from elsewhere.
    mayBegin: () => isLate || (hasTold && hasHeard && (!isKept || isOpen === 'yes')),
    stop: closeSample,
  };
}

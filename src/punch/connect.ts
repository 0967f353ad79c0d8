/** Steps 5 to 7: both sides check each other's candidates from the instant that the rendezvous has set. */
import type { Candidate } from '../ice/candidate.ts';
import type { IceEvent } from '../ice/event.ts';
import { now } from '../net/driver.ts';
import { type IcePath, startIcePath } from '../net/ice-path.ts';
import { createInbox } from '../net/inbox.ts';
import type { UdpSocket } from '../net/udp-socket.ts';
import { iceCredentials } from '../rendezvous/ice-credentials.ts';
import type { Meeting, Met, PeerNews } from './meeting.ts';
import { remoteCandidates } from './remote-candidates.ts';

/** More than the seven steps take on most paths. */
const UNLIKELY_AFTER_MS = 150;

type Connected = Extract<IceEvent, { readonly kind: 'connected' }>;

export type Attempt =
  /** The path is the caller's to dispose of. */
  | { readonly kind: 'connected'; readonly path: IcePath; readonly event: Connected; readonly checksSent: number }
  | { readonly kind: 'failed'; readonly checksSent: number; readonly isHeard: boolean }
  /** The peer that was introduced is no more: it was lost, or another one has come in its place. */
  | { readonly kind: 'void'; readonly checksSent: number };

/** The socket stays the caller's, whatever the result. @throws the signal's reason when aborted. */
export async function connectPeers(options: {
  readonly met: Extract<Met, { readonly kind: 'introduced' }>;
  readonly meeting: Meeting;
  readonly socket: UdpSocket;
  readonly signal: AbortSignal | undefined;
  readonly onEvent: (event: IceEvent) => void;
}): Promise<Attempt> {
  const { met, meeting, socket, signal, onEvent } = options;
  const { introduction, at, agentOf } = met;
  const { key, role, startInMs } = introduction;
  const agent = agentOf.create(introduction);
  const inbox = createInbox<IceEvent | { readonly kind: PeerNews }>();
  meeting.onPeerNews((kind) => inbox.put({ kind }));
  const path = startIcePath({
    agent,
    socket,
    onEvent: (event) => {
      onEvent(event);
      inbox.put(event);
    },
  });
  let isHeard = false;
  let isGone = false;
  const next = async (by: number): Promise<Attempt | 'go on' | 'time'> => {
    const event = await inbox.next({ by, signal });
    const checksSent = agent.checksSent();
    switch (event?.kind) {
      case undefined:
        return 'time';
      case 'check-received':
        isHeard = true;
        return 'go on';
      case 'connected':
        return { kind: 'connected', path, event, checksSent };
      case 'failed':
        return isGone ? { kind: 'void', checksSent } : { kind: 'failed', checksSent, isHeard };
      case 'lost':
      case 'anew':
        // A peer that was heard may have its path by now, and have left the room for that.
        if (!isHeard) return { kind: 'void', checksSent };
        isGone = true;
        return 'go on';
      default:
        return 'go on';
    }
  };
  const { likely, unlikely } = remoteCandidates(introduction);
  const add = (candidates: readonly Candidate[]): void => {
    for (const candidate of candidates) agent.addRemoteCandidate(candidate);
    path.wake();
  };
  const begin = (): void => {
    agent.setRemoteCredentials(now(), iceCredentials(key, role === 'controlling' ? 'controlled' : 'controlling'));
    path.wake();
  };
  /** What is done at which time, the soonest first. */
  const plan = [
    { at: at + startInMs, act: begin },
    {
      at: at + startInMs + UNLIKELY_AFTER_MS,
      act: () => {
        add(unlikely);
        agent.endOfRemoteCandidates();
      },
    },
  ];
  let result: Attempt | null = null;
  try {
    add(likely);
    while (!result) {
      const [first] = plan;
      const step = await next(first?.at ?? Number.POSITIVE_INFINITY);
      if (step === 'time') plan.shift()?.act();
      else if (step !== 'go on') result = step;
    }
    return result;
  } finally {
    meeting.onPeerNews(() => {});
    if (result?.kind !== 'connected') await path[Symbol.asyncDispose]();
  }
}

/** One visit to the room of an invitation: meets whoever else has the link, again after each parting, until it is left. */

import { whyUnreachable } from '../server/reach.ts';
import { invitationTo, randomName } from './invitation.ts';
import { createMeeting, type MeetingInput, type MeetingOutput } from './meet/meeting.ts';
import { openRendezvous, type Rendezvous } from './meet/rendezvous.ts';
import type { Network } from './meet/signal.ts';
import { iceServersOf } from './path/ice-servers.ts';
import { openSession, type Session } from './session/session.ts';
import { PROBLEMS, TEXT } from './text.ts';
import type { Panel } from './view/panel.ts';

export interface Visit {
  readonly learn: (network: Network) => void;
  /** Leaves the room, and closes every connection. */
  readonly close: () => void;
}

interface State {
  readonly page: string;
  readonly room: string;
  readonly panel: Panel;
  readonly meeting: ReturnType<typeof createMeeting>;
  network: Network | null;
  rendezvous: Rendezvous | null;
  iceServers: RTCIceServer[];
  session: { readonly peer: string; readonly session: Session } | null;
  hasMet: boolean;
  timer: ReturnType<typeof setTimeout> | undefined;
  isOver: boolean;
}

export function openVisit(
  { page, room, network }: { readonly page: string; readonly room: string; readonly network: Network | null },
  panel: Panel,
): Visit {
  const state: State = {
    ...{ page, room, network, panel, meeting: createMeeting({ id: randomName(), room }) },
    ...{ rendezvous: null, iceServers: [], session: null, hasMet: false, timer: undefined, isOver: false },
  };
  if (typeof RTCPeerConnection === 'undefined') {
    panel.problem(PROBLEMS['no-webrtc']);
    return { learn: () => {}, close: () => {} };
  }
  panel.tell(TEXT.joining);
  handle(state, { kind: 'start' });
  return {
    learn: (known) => {
      state.network = known;
      state.session?.session.learn(known);
    },
    close: () => close(state),
  };
}

function close(state: State): void {
  state.isOver = true;
  clearTimeout(state.timer);
  state.session?.session.close();
  state.rendezvous?.send({ type: 'leave' });
  state.rendezvous?.close();
}

function handle(state: State, input: MeetingInput): void {
  if (state.isOver) return;
  for (const output of state.meeting.handle(performance.now(), input)) obey(state, output);
  clearTimeout(state.timer);
  const at = state.meeting.wakeAt();
  if (at === Number.POSITIVE_INFINITY) return;
  state.timer = setTimeout(() => handle(state, { kind: 'timeout' }), Math.max(0, at - performance.now()));
}

function obey(state: State, output: MeetingOutput): void {
  const { page, room, panel } = state;
  switch (output.kind) {
    case 'connect':
      state.rendezvous?.close();
      state.rendezvous = openRendezvous(page, (input) => handle(state, input));
      break;
    case 'send':
      state.rendezvous?.send(output.message);
      break;
    case 'joined':
      state.iceServers = iceServersOf(output.joined, new URL(page).hostname);
      break;
    case 'alone':
      panel.invite(invitationTo(page, room));
      // Where a friend has left, that is said already.
      if (!state.hasMet) panel.tell(TEXT.alone);
      break;
    case 'full':
      panel.tell(TEXT.full);
      break;
    case 'met':
      met(state, output);
      break;
    case 'signal':
      state.session?.session.hear(output.data);
      break;
    case 'parted':
      parted(state, output.reason);
      break;
    case 'crowded':
      panel.notice(TEXT.crowded);
      break;
    case 'server':
      panel.notice(output.is === 'lost' ? TEXT.serverLost : TEXT.serverBack);
      break;
    case 'unconnected':
      void unconnected(state);
      break;
    case 'failed':
      failed(state, output);
      break;
  }
}

function met(state: State, { peer, role }: Extract<MeetingOutput, { readonly kind: 'met' }>): void {
  const { session: former, iceServers, network, panel } = state;
  // Both have come back to the server; the path between them has not noticed.
  if (former?.peer === peer && former.session.isOpen()) return;
  former?.session.close();
  state.hasMet = true;
  panel.begin();
  panel.tell(TEXT.met);
  try {
    const session = openSession({ iceServers, role, network }, newsOf(state, peer));
    state.session = { peer, session };
  } catch (error) {
    failed(state, { problem: 'no-webrtc', detail: error instanceof Error ? error.message : '' });
  }
}

function newsOf(state: State, peer: string): Parameters<typeof openSession>[1] {
  const { panel } = state;
  const measure = (): void => state.session?.session.transfer();
  return {
    onSignal: (signal) => state.rendezvous?.send({ type: 'signal', peer, data: JSON.stringify(signal) }),
    onStep: panel.step,
    onPhase: (phase) => {
      panel.tell(TEXT[phase]);
      if (phase === 'connected') panel.openChat((text) => state.session?.session.chat(text) ?? false);
    },
    onReport: (report) => panel.report(report, report.path === 'failed' ? null : measure),
    onChat: (text) => panel.chat('friend', text),
    onFlood: () => panel.notice(TEXT.flood),
    onLost: () => {
      panel.end();
      panel.tell(TEXT.pathLost);
    },
  };
}

/** A friend that has lost the server alone is still at the other end of the path. */
function parted(state: State, reason: 'left' | 'lost'): void {
  const { session, panel } = state;
  if (reason === 'lost' && session?.session.isOpen()) {
    panel.notice(TEXT.awayFromServer);
    return;
  }
  session?.session.close();
  state.session = null;
  panel.end();
  panel.tell(reason === 'left' ? TEXT.left : TEXT.lost);
}

async function unconnected(state: State): Promise<void> {
  const problem = (await whyUnreachable(state.page)) ?? 'no-websocket';
  if (!state.isOver) failed(state, { problem, detail: '' });
}

function failed(
  state: State,
  { problem, detail }: { readonly problem: keyof typeof PROBLEMS; readonly detail: string },
): void {
  const { panel, session } = state;
  const text = PROBLEMS[problem] + (detail === '' ? '' : ` (${detail})`);
  if (session?.session.isOpen()) panel.notice(text);
  else {
    panel.problem(text);
    close(state);
  }
}

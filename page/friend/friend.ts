/** The path to a friend, in the room of an invitation. It is loaded when it is first wanted. */
import '../without-eval.ts';
import type { FamilyReport } from '../../src/nat/report.ts';
import { networkOf } from './explain.ts';
import { PROBLEMS } from './text.ts';
import { createPanel } from './view/panel.ts';
import { openVisit } from './visit.ts';

export interface FriendOptions {
  readonly page: string;
  /** Null where the link is broken. */
  readonly room: string | null;
  /** This browser's verdict; null while it is not known. */
  readonly report: FamilyReport | null;
  /** The visitor wants to begin anew, or to leave. */
  readonly onAgain: () => void;
  readonly onLeave: () => void;
}

export interface FriendVisit {
  readonly learn: (report: FamilyReport) => void;
  /** Leaves the room, and closes every connection. */
  readonly close: () => void;
}

export function visitFriend(place: HTMLElement, { page, room, report, onAgain, onLeave }: FriendOptions): FriendVisit {
  const panel = createPanel({ host: new URL(page).hostname, onAgain, onLeave });
  place.replaceChildren(panel.element);
  if (room === null) {
    panel.problem(PROBLEMS['broken-link']);
    return { learn: () => {}, close: () => {} };
  }
  const visit = openVisit({ page, room, network: report && networkOf(report) }, panel);
  return { learn: (known) => visit.learn(networkOf(known)), close: visit.close };
}

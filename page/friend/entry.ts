/** What the page has of the path to a friend from the start: a button, and an eye on the fragment of its address, which says all. */
import type { FamilyReport } from '../../src/nat/report.ts';
import { whyUnreachable } from '../server/reach.ts';
import { element } from '../view/element.ts';
import type { FriendVisit } from './friend.ts';
import { invitationIn, invitationTo, randomName } from './invitation.ts';
import { type FriendProblem, PROBLEMS, TEXT } from './text.ts';

/** How long the rest of the page may take to load. */
const LOAD_MS = 15_000;

export interface FriendEntry {
  readonly element: HTMLElement;
  /** Whether the page was opened by an invitation. */
  readonly isInvited: boolean;
  /** This browser's verdict is known, or known anew. */
  readonly learn: (report: FamilyReport) => void;
}

interface State {
  readonly place: HTMLElement;
  readonly invite: HTMLButtonElement;
  report: FamilyReport | null;
  visit: FriendVisit | null;
  /** Counts the changes of the fragment: what was being loaded for a former one is dropped. */
  changes: number;
}

export function friendEntry(): FriendEntry {
  const invite = element(
    'button',
    { id: 'friend-invite', class: 'first', onClick: () => location.assign(invitationTo(location.href, randomName())) },
    TEXT.invite,
  );
  const place = element('div', { attributes: { tabindex: '-1' } });
  const state: State = { place, invite, report: null, visit: null, changes: 0 };
  addEventListener('hashchange', () => {
    void follow(state);
    // What had the focus is gone: the keyboard goes on where the page does.
    (invite.hidden ? place : invite).focus();
  });
  // Nothing stays open behind a page that is gone; one that is shown again begins anew.
  addEventListener('pagehide', () => leave(state));
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) void follow(state);
  });
  void follow(state);
  return {
    element: element(
      'section',
      { class: 'more friend', attributes: { 'aria-labelledby': 'friend-title' } },
      element('h2', { id: 'friend-title' }, TEXT.title),
      element('p', {}, TEXT.about),
      invite,
      place,
    ),
    isInvited: invitationIn(location.href).kind !== 'none',
    learn: (report) => {
      state.report = report;
      state.visit?.learn(report);
    },
  };
}

/** Goes where the fragment says: into a room, or out of it. */
async function follow(state: State): Promise<void> {
  leave(state);
  const change = state.changes;
  const { href: page } = location;
  const invited = invitationIn(page);
  state.invite.hidden = invited.kind !== 'none';
  if (invited.kind === 'none') return;
  state.place.replaceChildren(element('p', { class: 'status', attributes: { role: 'status' } }, TEXT.loading));
  const loaded = await Promise.race([import('./friend.ts').catch(() => null), after(LOAD_MS)]);
  const problem = loaded ? null : await whyUnreachable(page);
  if (change !== state.changes) return;
  if (!loaded) {
    explain(state, problem ?? 'not-loaded');
    return;
  }
  state.visit = loaded.visitFriend(state.place, {
    page,
    room: invited.kind === 'room' ? invited.room : null,
    report: state.report,
    onAgain: () => void follow(state),
    onLeave: () => location.assign('#'),
  });
}

function explain(state: State, problem: FriendProblem): void {
  // Firefox does not ask again for a part that it could not load.
  const again = (): void => (problem === 'not-loaded' ? location.reload() : void follow(state));
  state.place.replaceChildren(
    element('p', { class: 'problem', attributes: { role: 'alert' } }, PROBLEMS[problem]),
    element('button', { onClick: again }, TEXT.again),
  );
}

function after(ms: number): Promise<null> {
  return new Promise((resolve) => setTimeout(() => resolve(null), ms));
}

function leave(state: State): void {
  state.changes++;
  state.visit?.close();
  state.visit = null;
  state.place.replaceChildren();
  document.getElementById('friend-report')?.remove();
}

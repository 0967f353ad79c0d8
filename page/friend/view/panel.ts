/** The part of the page about the friend: what goes on, in one line that is read out, and below it all that has come of it. */
import type { PunchStep } from '../../../src/punch/report/report.ts';
import { element } from '../../view/element.ts';
import type { FriendReport } from '../report.ts';
import { TEXT } from '../text.ts';
import { type ChatView, chatView } from './chat.ts';
import { invitationView } from './invitation.ts';
import { exposeFriendReport, resultView } from './result.ts';
import { stepsView } from './steps.ts';

export interface Panel {
  readonly element: HTMLElement;
  readonly tell: (text: string) => void;
  /** One line about something unusual. */
  readonly notice: (text: string) => void;
  readonly invite: (link: string) => void;
  /** Begins with another meeting: nothing of the former one stays. */
  readonly begin: () => void;
  readonly step: (step: PunchStep) => void;
  readonly report: (report: FriendReport, measure: (() => void) | null) => void;
  readonly chat: (who: 'you' | 'friend', text: string) => void;
  readonly openChat: (say: (text: string) => boolean) => void;
  /** The path is gone: what was found of it stays. */
  readonly end: () => void;
  /** Nothing more happens; a new attempt may help. */
  readonly problem: (text: string) => void;
}

export function createPanel({
  host,
  onAgain,
  onLeave,
}: {
  readonly host: string;
  readonly onAgain: () => void;
  readonly onLeave: () => void;
}): Panel {
  const status = element('p', {
    id: 'friend-status',
    class: 'status',
    attributes: { role: 'status', 'aria-live': 'polite' },
  });
  const notice = element('p', { class: 'note', attributes: { role: 'status' } });
  const [invitation, steps, result, talk] = [
    element('div', {}),
    element('div', {}),
    element('div', {}),
    element('div', {}),
  ];
  const again = element('button', { id: 'friend-again', onClick: onAgain }, TEXT.again);
  const leave = element('button', { id: 'friend-leave', onClick: onLeave }, TEXT.leave);
  let list = stepsView();
  let chat: ChatView | null = null;
  let shown: FriendReport | null = null;
  const tell = (text: string): void => {
    status.textContent = text;
  };
  return {
    element: element(
      'div',
      {},
      status,
      notice,
      invitation,
      steps,
      result,
      talk,
      element('div', { class: 'actions' }, again, leave),
    ),
    tell,
    notice: (text) => {
      notice.textContent = text;
    },
    invite: (link) => invitation.replaceChildren(invitationView(link)),
    begin: () => {
      exposeFriendReport(null);
      list = stepsView();
      shown = null;
      notice.textContent = '';
      invitation.replaceChildren();
      steps.replaceChildren(list.element);
      result.replaceChildren();
      talk.replaceChildren();
    },
    step: (step) => list.add(step),
    report: (report, measure) => {
      shown = report;
      exposeFriendReport(report);
      result.replaceChildren(resultView(report, { host, measure }));
      tell(TEXT.done(TEXT[report.path]));
    },
    chat: (who, text) => chat?.add(who, text),
    openChat: (say) => {
      chat = chatView(say);
      talk.replaceChildren(chat.element);
    },
    end: () => {
      talk.replaceChildren();
      if (shown) result.replaceChildren(resultView(shown, { host, measure: null }));
    },
    problem: (text) => {
      tell('');
      notice.textContent = '';
      invitation.replaceChildren();
      result.replaceChildren(element('p', { class: 'problem', attributes: { role: 'alert' } }, text));
    },
  };
}

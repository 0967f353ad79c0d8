/** The list of the seven steps, which grows as they happen and is read out as it does. */
import type { PunchStep } from '../../../src/punch/report/report.ts';
import { element } from '../../view/element.ts';
import { TEXT } from '../text.ts';

export interface StepsView {
  readonly element: HTMLElement;
  readonly add: (step: PunchStep) => void;
}

export function stepsView(): StepsView {
  const list = element('ol', {
    id: 'friend-steps',
    attributes: { 'aria-live': 'polite', 'aria-label': TEXT.steps, 'aria-relevant': 'additions' },
  });
  return {
    element: element('div', {}, element('h3', {}, TEXT.steps), list),
    add: ({ step, atMs, text }) => {
      // They may happen in another order, and each keeps its number.
      const time = element('span', { class: 'time' }, TEXT.at(atMs));
      const item = element('li', { attributes: { value: String(step) } }, text, ' ', time);
      const next = [...list.children].find((one) => Number(one.getAttribute('value')) > step);
      list.insertBefore(item, next ?? null);
    },
  };
}

/** Lines of chat over the path. What the friend writes is text, which turns no other around, and no more is kept than can be read. */
import { element } from '../../view/element.ts';
import { CHAT_MAX_CHARACTERS } from '../measure/message.ts';
import { TEXT } from '../text.ts';

const LINES_MAX = 50;

export interface ChatView {
  readonly element: HTMLElement;
  readonly add: (who: 'you' | 'friend', text: string) => void;
  readonly notice: (text: string) => void;
}

/** @param say sends a line, and returns whether it was sent. */
export function chatView(say: (text: string) => boolean): ChatView {
  const lines = element('div', {
    id: 'friend-lines',
    attributes: { role: 'log', 'aria-live': 'polite', 'aria-label': TEXT.chat },
  });
  const said = element('p', { class: 'note', attributes: { role: 'status' } });
  const field = element('input', {
    id: 'friend-line',
    attributes: { maxlength: String(CHAT_MAX_CHARACTERS), autocomplete: 'off' },
  });
  const add = (who: 'you' | 'friend', text: string): void => {
    lines.append(element('p', { class: who }, element('b', {}, `${TEXT[who]}: `), element('bdi', {}, text)));
    while (lines.children.length > LINES_MAX) lines.firstElementChild?.remove();
  };
  const form = element(
    'form',
    {},
    element('label', { attributes: { for: 'friend-line' } }, TEXT.chatLabel),
    field,
    element('button', { attributes: { type: 'submit' } }, TEXT.send),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const text = field.value.trim().slice(0, CHAT_MAX_CHARACTERS);
    if (text === '') return;
    const isSent = say(text);
    said.textContent = isSent ? '' : TEXT.tooFast;
    if (!isSent) return;
    add('you', text);
    field.value = '';
  });
  return {
    element: element(
      'section',
      { class: 'chat', attributes: { 'aria-label': TEXT.chat } },
      element('h3', {}, TEXT.chat),
      lines,
      form,
      said,
    ),
    add,
    notice: (text) => {
      said.textContent = text;
    },
  };
}

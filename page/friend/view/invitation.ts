/** Shows the link of an invitation, to be copied or photographed. */
import { element } from '../../view/element.ts';
import { TEXT } from '../text.ts';
import { qrCode } from './qr.ts';

export function invitationView(link: string): HTMLElement {
  const field = element('input', { id: 'friend-link', attributes: { readonly: '', value: link, type: 'url' } });
  const said = element('span', { class: 'note', attributes: { role: 'status' } });
  const copy = async (): Promise<void> => {
    // A page without TLS may not use the clipboard.
    try {
      await navigator.clipboard.writeText(link);
      said.textContent = TEXT.copied;
    } catch {
      field.select();
      said.textContent = TEXT.copyRefused;
    }
  };
  return element(
    'div',
    { class: 'invitation' },
    element('label', { attributes: { for: 'friend-link' } }, TEXT.link),
    field,
    element('button', { class: 'first', onClick: () => void copy() }, TEXT.copy),
    said,
    qrCode(link, TEXT.qr),
  );
}

/** An invitation as a link: it names a room in its fragment, which no request has in it. Whoever has the link can come. */
import { id as roomName } from '../../src/rendezvous/protocol/fields.ts';

const KEY = 'friend';
/** As many as cannot be guessed. */
const NAME_BYTES = 16;
/** What base64url makes of them. A shorter name would be a room that others may guess. */
const NAME_CHARACTERS = 22;

/** Makes a name of a room, or of a peer, that nobody can guess: base64url of random bytes. */
export function randomName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(NAME_BYTES));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

export function invitationTo(page: string, room: string): string {
  const url = new URL(page);
  url.hash = `${KEY}=${room}`;
  return url.href;
}

export type Invited = { readonly kind: 'none' | 'broken' } | { readonly kind: 'room'; readonly room: string };

/** Reads the invitation in a link; a broken one was cut, or comes from elsewhere. */
export function invitationIn(page: string): Invited {
  const said = new URLSearchParams(new URL(page).hash.slice(1)).get(KEY);
  if (said === null) return { kind: 'none' };
  const isName = said.length >= NAME_CHARACTERS && roomName.safeParse(said).success;
  return isName ? { kind: 'room', room: said } : { kind: 'broken' };
}

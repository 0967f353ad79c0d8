/**
 * What two peers who share a code keep from the rendezvous: the text of their signals, and the key of their checks. Nobody
 * without the code can read or write a signal, or answer a check.
 */
import type { Introduction } from '../../rendezvous/protocol/introduction.ts';

/** Made from a code (src/tunnel/code), and the same for all who have it. */
export interface RoomSeal {
  /** Encrypts and authenticates a signal. `about` is bound to it, and is not part of it. */
  readonly seal: (text: string, about: string) => string;
  /**
   * Returns the text; null when it was sealed by nobody who has the code, about something else, or is among the last 4,096 that this
   * process has opened.
   */
  readonly open: (sealed: string, about: string) => string | null;
  /** Turns what all know of an introduction, the rendezvous included, into the secret key of its checks. */
  readonly introductionKey: (key: string) => string;
}

/** An introduction as an attempt takes it, and its signals on their way to and from the rendezvous. */
export interface SealedIntroduction {
  readonly introduction: Introduction;
  readonly seal: (text: string) => string;
  /** Returns null for what the peer has not sealed for this introduction, which is to be dropped. */
  readonly open: (data: string) => string | null;
}

/**
 * Binds the key and the signals of an introduction to its two ids, so that a rendezvous that gives two introductions the same
 * key gains nothing. Without a seal, all is as the rendezvous has said it.
 */
export function sealIntroduction(
  introduction: Introduction,
  { id, seal: room }: { readonly id: string; readonly seal?: RoomSeal | undefined },
): SealedIntroduction {
  const { key, peer, role } = introduction;
  if (!room) return { introduction, seal: (text) => text, open: (data) => data };
  // Neither a key nor an id has a space in it, so no two introductions give the same text.
  const between = role === 'controlling' ? `${key} ${id} ${peer}` : `${key} ${peer} ${id}`;
  return {
    introduction: { ...introduction, key: room.introductionKey(between) },
    seal: (text) => room.seal(text, `${key} ${id} ${peer}`),
    open: (data) => room.open(data, `${key} ${peer} ${id}`),
  };
}

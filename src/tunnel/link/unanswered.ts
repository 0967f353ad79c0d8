/** Tells whoever waits for the first who comes that somebody is there, and does not want this side. */
import { pause } from '../../net/waits.ts';
import type { LinkEvent } from './link.ts';
import type { PeerLink } from './peer-link.ts';

/** A peer that runs the same command asks within a round trip and what it takes to find out about its NAT, 1 to 3 s. */
const UNANSWERED_AFTER_MS = 6_000;

/** Who is asked for. */
export interface Asking {
  readonly options: { readonly onEvent: (event: LinkEvent) => void };
  readonly links: ReadonlyMap<string, PeerLink>;
  /** Who was connected to first, where that is the only one who is wanted. */
  chosen: string | null;
  isToldUnanswered: boolean;
  /** Aborted when the hub ends. */
  readonly over: AbortController;
}

/** Tells once that nobody answers of those who are there: they may be connected to each other. */
export async function tellUnanswered(state: Asking): Promise<void> {
  const { signal } = state.over;
  await pause(UNANSWERED_AFTER_MS, signal).catch(() => {});
  const asked = [...state.links.values()];
  if (signal.aborted || state.isToldUnanswered || state.chosen !== null) return;
  if (asked.length === 0 || asked.some((link) => link.isMet())) return;
  state.isToldUnanswered = true;
  state.options.onEvent({ kind: 'unanswered', peers: asked.length });
}

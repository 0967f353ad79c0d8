/** What peers are told of the relay of this side. */
import type { Endpoint } from '../../endpoint.ts';
import { hiddenRelated } from '../../ice/candidates/candidate.ts';
import type { PathMode } from '../options.ts';
import type { OwnRelay } from './state.ts';

/** Returns the relayed endpoint, and the one at which its server sees this side, which the mode `relay-only` hides. */
export function relayOf(
  { socket: { relayed, mapped } }: OwnRelay,
  mode: PathMode,
): { readonly relayed: Endpoint; readonly mapped: Endpoint } {
  return { relayed, mapped: mode === 'relay-only' ? hiddenRelated(relayed) : mapped };
}

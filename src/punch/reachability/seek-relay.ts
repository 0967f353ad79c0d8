/** The search for a relay, which is made once while this side wants to be reached. */

import { shareSocket } from '../../net/shared-socket.ts';
import type { RelaySocket } from '../../net/turn/relay-socket.ts';
import { pause } from '../../net/waits.ts';
import { describeTurnFailure } from '../../turn/event.ts';
import type { State } from './state.ts';
import type { TurnServerChoice } from './turn-choice.ts';

export function seekRelay(state: State, servers: readonly TurnServerChoice[]): void {
  state.seeking ??= state.options.mode === 'direct-only' ? Promise.resolve(null) : seek(state, servers);
  // Whoever awaits it gets the error.
  state.seeking.catch(() => {});
}

async function seek(state: State, servers: readonly TurnServerChoice[]): Promise<RelaySocket | null> {
  const { openRelay, onNotice } = state.options;
  const result = await openRelay(servers, state.ended.signal);
  if (result.outcome === 'failed') {
    state.details = result.details;
    if (servers.length > 0) onNotice(`no relay: ${result.details.join('; ')}`);
    return null;
  }
  const { relay } = result;
  state.relay = { socket: relay, shared: shareSocket(relay) };
  relay.onLost((failure) => {
    // From now on no peer is told about it.
    state.relay = null;
    for (const lost of state.relayUsers) lost();
    onNotice(`the relay is lost: ${describeTurnFailure(failure)}`);
  });
  return relay;
}

/** Resolves when there is a relay, when there will be none, or when the search takes too long. */
export async function relayed({ seeking }: State, patienceMs: number): Promise<RelaySocket | null> {
  const late = new AbortController();
  const patience = pause(patienceMs, late.signal).then(
    () => null,
    () => null,
  );
  try {
    return await Promise.race([seeking ?? null, patience]);
  } finally {
    late.abort();
  }
}

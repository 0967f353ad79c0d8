/** The connections of this node: each one's room is found by its join, and what it says goes to the home of that. */
import { clientMessage } from '../../../src/rendezvous/protocol/client-message.ts';
import { parseMessage } from '../../../src/rendezvous/protocol/parse.ts';
import { take } from '../../limit/bucket.ts';
import type { RendezvousInput } from '../../rendezvous/decisions/input-output.ts';
import { closeUnmet, sayingOf } from './end.ts';
import { QUEUE_MAX } from './limits.ts';
import { lookUp } from './lookup.ts';
import { close, hand } from './say.ts';
import type { Client, ConnectionInput, State } from './state.ts';
import { tell } from './tell.ts';

/** RFC 6455 §7.4.1. */
const POLICY = 1008;
const OPENING = { kind: 'new' } as const;

export function open(now: number, state: State, input: Extract<RendezvousInput, { readonly kind: 'opened' }>): void {
  const { connection: number, source } = input;
  const client: Client = {
    ...{ number, source, guestOf: null, stun: undefined, near: undefined },
    ...{ stage: OPENING, arrivalMs: now },
  };
  if (!state.isServing || state.isClosing) {
    close(state, client, { reason: 'not ready' });
    return;
  }
  state.clients.set(number, client);
  hand(now, state, input);
}

/** Takes what a connection of this node, or a guest, has said. */
export function say(now: number, state: State, client: Client, input: ConnectionInput): void {
  const { stage } = client;
  switch (stage.kind) {
    case 'new': {
      const room = input.kind === 'message' ? roomOf(input.text) : null;
      if (room === null) hand(now, state, input);
      else lookUp(now, state, { client, room, join: input });
      break;
    }
    case 'looking':
      if (input.kind !== 'message' && !client.guestOf) hand(now, state, input);
      else if (stage.said.push(input) > QUEUE_MAX) closeUnmet(now, state, client);
      break;
    case 'here':
      hand(now, state, input);
      break;
    case 'away':
      if (stage.unmet && stage.unmet.said.push(input) > QUEUE_MAX) client.stage = { ...stage, unmet: null };
      passOn(now, state, client, { home: stage.home, input });
      break;
  }
}

/** The room that a message joins; null when it is no join. */
function roomOf(text: string | null): string | null {
  if (text === null) return null;
  const parsed = parseMessage(clientMessage, text);
  return parsed.ok && parsed.message.type === 'join' ? parsed.message.room : null;
}

/** A client that floods is cut off here, where its messages come in, as by its home. */
function passOn(
  now: number,
  state: State,
  client: Client,
  { home, input }: { readonly home: string; readonly input: ConnectionInput },
): void {
  const { burst, perSecond, controlBurst, controlPerSecond } = state.limits;
  const rate = { burst: burst + controlBurst, intervalMs: 1000 / (perSecond + controlPerSecond) };
  const arrivalMs = take(now, client.arrivalMs, rate);
  const { number: c } = client;
  if (arrivalMs === null) {
    tell(state, home, { k: 'closed', c });
    close(state, client, { code: POLICY, reason: 'rate-limited' });
    return;
  }
  client.arrivalMs = arrivalMs;
  tell(state, home, sayingOf(input, c));
}

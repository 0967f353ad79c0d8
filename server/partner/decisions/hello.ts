/** The rule that asks the partner whether it is there. */
import { CHALLENGE_BYTES } from './message.ts';
import { NO_EPOCH } from './seal.ts';
import { HEARD_MS } from './standing.ts';
import { type State, say } from './state.ts';

export function sayHello(state: State): void {
  const { nowMs, asked, peer, ports, randomBytes } = state;
  for (const [challenge, askedMs] of asked) if (nowMs - askedMs >= HEARD_MS) asked.delete(challenge);
  const challenge = Buffer.from(randomBytes(CHALLENGE_BYTES)).toString('hex');
  asked.set(challenge, nowMs);
  say(state, peer?.epoch ?? NO_EPOCH, { kind: 'hello', challenge, ports });
}

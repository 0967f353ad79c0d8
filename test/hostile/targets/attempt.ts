/** A punch from its introduction on: a server that introduces anybody, and a peer that knows the key and says anything. */
import type { Random } from '../../../lab/sim/network/random.ts';
import type { Attempt } from '../../../src/punch/attempt/attempt.ts';
import { createPunchBudget } from '../../../src/punch/attempt/budget.ts';
import { candidateAgent } from '../../../src/punch/attempt/candidates/candidate-agent.ts';
import { createIntroducedAttempt } from '../../../src/punch/attempt/introduced-attempt.ts';
import { parsePeerSignal } from '../../../src/punch/attempt/peer-signal.ts';
import { planPunch } from '../../../src/punch/attempt/plan.ts';
import { explainNoPath } from '../../../src/punch/report/no-path.ts';
import { createStepRecorder } from '../../../src/punch/report/steps.ts';
import { parseMessage } from '../../../src/rendezvous/protocol/parse.ts';
import type { Introduction } from '../../../src/rendezvous/protocol/server-message.ts';
import { serverMessage } from '../../../src/rendezvous/protocol/server-message.ts';
import { jsonOf } from '../corpus.ts';
import { createHolder, type Holder, LOCAL, SERVER } from '../holder.ts';
import { inbound, type Keys, keysOf } from '../hostile-peer.ts';
import { damagedJson } from '../json.ts';
import { behavior, introduction as drawnIntroduction, signal } from '../messages.ts';
import { type Feed, hold, type Target } from '../target.ts';
import { chance, endpoint, secret } from '../values.ts';

const INPUTS = 40;
/** The share of attempts that run to their end; they take as long as all the others together. */
const WHOLE_SHARE = 0.05;
/** The start, nine seconds, two rounds of a birthday and thirty of consent all fit in. */
const ENDS_BY_MS = 120_000;
const PAST_MAX = 50;
const KEPT = jsonOf('rendezvous');
const REASONS = ['no-answer', 'no-remote-candidates', 'not-nominated', 'refused-by-peer'] as const;

/** One that is kept, after accidents, if a client takes it still. */
function taken(random: Random): Introduction | null {
  if (chance(random, 0.7)) return null;
  const told = chance(random, 0.5) ? random.pick(KEPT) : drawnIntroduction(random);
  const parsed = parseMessage(serverMessage, damagedJson(random, told, 0.8));
  return parsed.ok && parsed.message.type === 'introduction' ? parsed.message : null;
}

export const attemptTarget: Target = {
  name: 'introductions',
  weight: 10,
  run: (random, feed) => {
    const introduction = taken(random) ?? drawnIntroduction(random);
    const told = behavior(random);
    const isSameNat = chance(random, 0.1);
    const plan = planPunch(
      { id: 'alice', behavior: told },
      { id: introduction.peer, behavior: introduction.behavior },
      { isSameNat },
    );
    const steps = createStepRecorder({ id: 'alice', peer: introduction.peer, elapsed: () => 0, onStep: () => {} });
    const direct = chance(random, 0.9) ? { local: LOCAL, seen: introduction.own, server: SERVER.address } : null;
    const relay = chance(random, 0.3) ? { relayed: endpoint(random), mapped: endpoint(random) } : null;
    const startAt = introduction.startInMs;
    const budget = createPunchBudget();
    const agentOf = candidateAgent({ direct, relay, randomBytes: random.bytes });
    const attempt = createIntroducedAttempt({
      introduction,
      plan,
      behavior: told,
      agentOf,
      server: SERVER,
      networks: ['192.168.1.10/24', 'fd00::10/64'],
      budget,
      startAt,
      randomBytes: random.bytes,
      randomInteger: (below) => {
        // As node:crypto has it.
        hold(Number.isInteger(below) && below > 0, `a number below ${below}`);
        return random.integer(below);
      },
    });
    const holder = createHolder(attempt, { random, onEvent: steps.iceEvent });
    // Without a check that is believed a birthday goes on to its second round.
    const keys = keysOf(chance(random, 0.7) ? introduction : { ...introduction, key: secret(random) });
    const now = harass(attempt, { random, feed, holder, keys });
    const why = explainNoPath({
      ...{
        ...attempt.evidence(),
        id: 'alice',
        mode: 'any',
        undetected: null,
        reason: random.pick(REASONS),
        plan,
        introduction,
      },
      told: { candidates: agentOf.candidates, behavior: told },
    });
    hold(why !== '', 'a failure has a cause');
    if (now === 'closed') return;
    if (!chance(random, WHOLE_SHARE)) attempt.close();
    live(attempt, { now, drain: holder.drain });
  },
};

/** Feeds it what a peer says who knows the key, and what others send; until when. */
function harass(
  attempt: Attempt,
  options: {
    readonly random: Random;
    readonly feed: Feed;
    readonly holder: Holder;
    readonly keys: Keys;
  },
): number | 'closed' {
  const { random, feed, holder, keys } = options;
  const { drain } = holder;
  let now = 0;
  let until = drain(now);
  for (let count = 0; count < INPUTS; count++) {
    if (until === 'closed') return 'closed';
    if (chance(random, 0.1)) {
      const told = parsePeerSignal(signal(random));
      if (told) feed(() => attempt.handleSignal(now, told));
    } else {
      const arrival = inbound(random, { holder, keys });
      holder.heard(arrival.from);
      feed(() => void attempt.handleDatagram(now, arrival));
    }
    until = drain(now);
    if (until === 'closed' || !chance(random, 0.5)) continue;
    now = until === Number.POSITIVE_INFINITY ? now + 1 : Math.max(now, until);
    attempt.handleTimeout(now);
    until = drain(now);
  }
  return until === 'closed' ? 'closed' : now;
}

/** Until it is closed by itself. @throws Error where that takes too long. */
function live(
  attempt: Attempt,
  { now: from, drain }: { readonly now: number; readonly drain: (now: number) => number | 'closed' },
): void {
  let now = from;
  for (let past = 0; ; ) {
    const until = drain(now);
    if (until === 'closed') return;
    past = until <= now ? past + 1 : 0;
    hold(past < PAST_MAX, `it waits until ${until}, which is past at ${now}`);
    hold(until <= ENDS_BY_MS, `at ${now} it waits until ${until}`);
    now = Math.max(now, until);
    attempt.handleTimeout(now);
  }
}

/** Introductions whose server says anything that the schema takes, in any order, and whose socket is bound with any result. */
import type { Random } from '../../../lab/sim/network/random.ts';
import { createIntroductions, type Introductions } from '../../../src/rendezvous/introduction/introductions.ts';
import type {
  BindResult,
  IntroductionInput,
  IntroductionOutput,
  NotJoined,
} from '../../../src/rendezvous/introduction/output.ts';
import type { Told } from '../../../src/rendezvous/introduction/state.ts';
import { clientMessage } from '../../../src/rendezvous/protocol/client-message.ts';
import type { ServerMessageOf } from '../../../src/rendezvous/protocol/server-message.ts';
import { behavior, serverMessageOf } from '../messages.ts';
import { hold, type Target } from '../target.ts';
import { address, chance, endpoint, text } from '../values.ts';

const INPUTS = 40;
const WAIT_MS = 20_000;
/** One ask for each of two peers, a few bindings and signals: what one input may lead to. */
const OUTPUTS_AT_ONCE_MAX = 20;
/** Deadlines in a row that were past when they were told: a driver would turn in circles. */
const PAST_MAX = 50;
const PEERS = ['bob', 'carol'] as const;

export const introductionsTarget: Target = {
  name: 'introductions',
  weight: 2,
  run: (random, feed) => {
    const machine = createIntroductions<Told>({
      joinWaitMs: WAIT_MS,
      patienceMs: 60_000,
      refreshMs: random.pick([0, 15_000]),
    });
    const run = createRun(random, machine);
    for (const peer of PEERS) run.tell({ kind: 'want', peer, waitMs: WAIT_MS });
    for (let count = 0; count < INPUTS; count++) {
      feed(() => run.tell(run.next()));
      run.passTime();
    }
  },
};

/** Answers what the machine wants in no order, and holds it to its bounds. */
function createRun(random: Random, machine: Introductions<Told>) {
  const answers: IntroductionInput<Told>[] = [];
  let now = 1_000;
  let past = 0;
  const obey = (output: IntroductionOutput<Told>): void => {
    switch (output.kind) {
      case 'join':
        answers.push(chance(random, 0.8) ? joinedAt(random) : { kind: 'not-joined', ...notJoined(random) });
        break;
      case 'bind':
        answers.push({ kind: 'bound', binding: output.binding, result: bindResult(random) });
        break;
      case 'gather':
        answers.push({
          ...{ kind: 'gathered', gathering: output.gathering },
          told: { candidates: [], behavior: behavior(random) },
        });
        break;
      case 'send': {
        const parsed = chance(random, 0.1) ? clientMessage.safeParse(output.message) : null;
        hold(parsed?.success ?? true, `it says what no server takes: ${JSON.stringify(output.message)}`);
        break;
      }
      case 'introduced':
        hold(
          PEERS.some((peer) => peer === output.introduction.peer),
          'it is introduced to whom it has not asked for',
        );
        if (chance(random, 0.5)) answers.push({ kind: 'want', peer: output.introduction.peer, waitMs: WAIT_MS });
        break;
    }
  };
  const tell = (input: IntroductionInput<Told>): void => {
    const outputs = machine.handle(now, input);
    hold(outputs.length <= OUTPUTS_AT_ONCE_MAX, `one input leads to ${outputs.length} outputs`);
    for (const output of outputs) obey(output);
  };
  return {
    tell,
    next: (): IntroductionInput<Told> => {
      if (answers.length > 0 && chance(random, 0.5)) {
        return answers.splice(random.integer(answers.length), 1)[0] ?? { kind: 'timeout' };
      }
      return chance(random, 0.1) ? ending(random) : said(random);
    },
    passTime: (): void => {
      const until = machine.wakeAt();
      past = until <= now ? past + 1 : 0;
      hold(past < PAST_MAX, `it waits until ${until}, which is past at ${now}`);
      if (chance(random, 0.5)) now += random.pick([0, 10, 1_000, 20_000]);
      else if (Number.isFinite(until)) now = Math.max(now, until);
      tell({ kind: 'timeout' });
    },
  };
}

function joinedAt(random: Random): IntroductionInput<Told> {
  const joined = serverMessageOf(random, 'joined') as ServerMessageOf<'joined'>;
  return { kind: 'joined', joined, address: address(random) };
}

function notJoined(random: Random): NotJoined {
  return random.pick<NotJoined>([
    { outcome: 'closing' },
    { outcome: 'unreachable', reason: text(random, 32), sign: random.pick(['absent', 'broken-off', 'wrong']) },
    { outcome: 'refused', code: random.pick(['unauthorized', 'server-full', 'silent']), message: text(random, 32) },
    { outcome: 'refused', code: 'id-in-use', message: 'in use', retryInMs: random.integer(10_000) },
  ]);
}

function bindResult(random: Random): BindResult {
  return chance(random, 0.7)
    ? { outcome: 'bound', public: endpoint(random), rttMs: 1 }
    : random.pick<BindResult>([
        { outcome: 'refused', code: 401 },
        { outcome: 'no-answer' },
        { outcome: 'not-sent', detail: 'EPERM' },
        { outcome: 'no-relay', details: [] },
      ]);
}

/** What the server says; the peers of this side are mostly the ones that are spoken of. */
function said(random: Random): IntroductionInput<Told> {
  const message = serverMessageOf(random);
  if (message.type === 'joined') return { kind: 'joined', joined: message, address: address(random) };
  const isOfPeer = 'peer' in message && chance(random, 0.7);
  return { kind: 'message', message: isOfPeer ? { ...message, peer: random.pick(PEERS) } : message };
}

function ending(random: Random): IntroductionInput<Told> {
  return random.pick<IntroductionInput<Told>>([
    { kind: 'closed', code: 1006, reason: '' },
    { kind: 'forget', peer: random.pick(PEERS) },
    { kind: 'want', peer: random.pick(PEERS), waitMs: WAIT_MS },
    { kind: 'signal', peer: random.pick(PEERS), data: text(random, 64) },
    { kind: 'bound', binding: random.integer(5), result: bindResult(random) },
  ]);
}

/** Meets the other side of a tunnel by two lines that people pass on: the offer of one, and the answer of the other. */
import { randomBytes } from 'node:crypto';
import type { InferredOptionTypes } from 'yargs';
import { UsageError } from '../../src/errors.ts';
import type { ManualMeetingPlace } from '../../src/punch/options.ts';
import { MANUAL_IDS } from '../../src/rendezvous/manual/manual-meeting.ts';
import { type Code, createCode } from '../../src/tunnel/code/code.ts';
import { keysOf } from '../../src/tunnel/code/keys.ts';
import type { GivenOffer } from '../code/source.ts';
import { openAnswerSource } from './answer-source.ts';
import type { MANUAL_OPTIONS, Meeting, TunnelWords } from './meeting.ts';
import type { Reporter } from './reporter.ts';
import { createUnwrapping } from './unwrap.ts';

/** What belongs to another way to meet. */
const ELSEWHERE = ['server', 'rendezvous', 'token', 'broker', 'peer', 'id', 'room'] as const;

const PROMPT =
  'paste the line that it prints here, and press Enter; a path opens at the next whole ten seconds of the clock:';

interface ByHand {
  readonly given: Code | GivenOffer | null;
  readonly shared: Partial<Meeting['room']>;
}

/** @throws UsageError when the words name another way to meet as well. */
export function meetingByHand(
  argv: TunnelWords & InferredOptionTypes<typeof MANUAL_OPTIONS>,
  { given, shared }: ByHand,
): Meeting {
  const offer = given && 'offer' in given ? given : null;
  const elsewhere = ELSEWHERE.find((name) => argv[name] !== undefined);
  if (elsewhere)
    throw new UsageError(`--${elsewhere} is of no use by hand: the two lines are all that the two sides need`);
  if (given && argv.manual)
    throw new UsageError(
      offer
        ? '--manual makes an offer: leave it out to answer one'
        : '--manual makes an offer in place of a code: give no code',
    );
  if (argv.once) throw new UsageError('--once is for a code: an offer is good for one connection anyway');
  const { secret } = offer ?? createCode({ server: null, once: true, randomBytes });
  const meeting: ManualMeetingPlace = {
    kind: 'manual',
    offer: offer?.offer,
    secret,
    onLine: () => {},
    paste: noAnswer,
  };
  const [own, peer] = offer ? [MANUAL_IDS.answer, MANUAL_IDS.offer] : [MANUAL_IDS.offer, MANUAL_IDS.answer];
  return {
    ...{ code: null, keys: keysOf(secret), isMade: false, isOnce: true, peer, otherWords: [] },
    byHand: own,
    room: { ...shared, id: own, meeting },
  };
}

async function noAnswer(): Promise<never> {
  throw new Error('nobody has said where the answer comes from');
}

/** The room of a meeting, which shows this side's line and takes the other's; disposing of it lets go of the terminal. */
export interface HandledRoom extends Disposable {
  readonly room: Meeting['room'];
}

/**
 * Returns the room of a meeting.
 * @throws UsageError when an answer is needed, and there is nowhere to take it from.
 */
export function handledRoom({ byHand, room }: Meeting, reporter: Reporter, fd: number | undefined): HandledRoom {
  const { meeting } = room;
  if (meeting?.kind !== 'manual') return { room, [Symbol.dispose]: () => {} };
  const answers = byHand === 'offer' ? openAnswerSource(fd) : null;
  const unwrap = createUnwrapping();
  const paste = async (problem: string | null): Promise<string> => {
    reporter.line(problem ?? PROMPT);
    using _ = reporter.yield();
    const answer = await answers?.next();
    if (answer == null) throw new UsageError('no answer was given before the end of the input');
    return unwrap(answer);
  };
  const onLine = byHand === 'offer' ? reporter.invite : (line: string) => showAnswer(reporter, line);
  return {
    room: { ...room, meeting: { ...meeting, onLine, paste } },
    [Symbol.dispose]: () => answers?.[Symbol.dispose](),
  };
}

function showAnswer(reporter: Reporter, line: string): void {
  reporter.log({ kind: 'answer', line });
  reporter.line('to be pasted on the side that has made the offer:');
  reporter.verbatim(line);
}

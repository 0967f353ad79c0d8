/** The meeting of a tunnel by two lines that people pass on: the offer of one side, and the answer of the other. */
import { randomBytes } from 'node:crypto';
import type { InferredOptionTypes } from 'yargs';
import { UsageError } from '../../src/errors.ts';
import type { ManualMeetingPlace } from '../../src/punch/options.ts';
import { MANUAL_IDS } from '../../src/rendezvous/manual/manual-meeting.ts';
import { type Code, createCode } from '../../src/tunnel/code/code.ts';
import { keysOf } from '../../src/tunnel/code/keys.ts';
import type { GivenOffer } from '../code/source.ts';

export const MANUAL_OPTIONS = {
  manual: {
    type: 'boolean',
    describe: 'Meet without a server or a broker: make an offer, which takes the place of CODE on the other side',
  },
  'answer-fd': {
    type: 'number',
    describe: 'With --manual: file descriptor to read the answer from, one line',
    defaultDescription: 'the terminal',
  },
} as const;

interface ManualWords
  extends InferredOptionTypes<typeof MANUAL_OPTIONS>,
    Partial<Record<(typeof ELSEWHERE)[number], unknown>> {}

/** What belongs to another way to meet. */
const ELSEWHERE = ['server', 'rendezvous', 'broker', 'peer', 'id', 'room'] as const;

interface ByHand<Shared> {
  readonly given: Code | GivenOffer | null;
  readonly shared: Shared;
}

/** @throws UsageError when the words name another way to meet as well. */
export function meetingByHand<Shared extends object>(argv: ManualWords, { given, shared }: ByHand<Shared>) {
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

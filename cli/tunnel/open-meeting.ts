/** Opens the link of a command: to whom it leads, and for how long a lost side is tried again. */
import { createOwner } from '../../src/net/owner.ts';
import type { Link, LinkedPeers } from '../../src/tunnel/link/link.ts';
import { openLink } from '../../src/tunnel/link/open-link.ts';
import type { Meeting, TunnelWords } from './meeting.ts';
import type { Reporter } from './reporter.ts';

/** The lines that were passed on say less and less of where the two are. */
const BY_HAND_PATIENCE_MS = 60_000;

export interface MeetingLinkOptions {
  readonly argv: TunnelWords;
  readonly reporter: Reporter;
  /** Whom it leads to where neither an id nor a line decides that. */
  readonly peers: LinkedPeers;
  /** How long the first side is waited for, and one that is lost. */
  readonly waitMs: number;
  readonly patienceMs: number;
}

/** @throws UsageError when an option cannot be used; the signal's reason when aborted. */
export async function openMeeting(meeting: Meeting, options: MeetingLinkOptions): Promise<Link> {
  const { reporter, waitMs } = options;
  const { peer, keys, byHand } = meeting;
  await using owner = createOwner();
  const { room } = byHand ? owner.use(await handled(meeting, options)) : meeting;
  const link = owner.use(
    await openLink({
      ...{ room, keys, waitMs, onEvent: reporter.event },
      patienceMs: byHand ? BY_HAND_PATIENCE_MS : options.patienceMs,
      peers: peer === null ? options.peers : { kind: 'one', id: peer },
    }),
  );
  void link.closed.then(({ reason }) => {
    if (byHand && reason === 'path-lost') reporter.line('by hand, another connection needs a new offer: begin again');
  });
  const kept = owner.move();
  return { ...link, [Symbol.asyncDispose]: kept[Symbol.asyncDispose] };
}

async function handled(meeting: Meeting, { reporter, argv }: MeetingLinkOptions) {
  const { handledRoom } = await import('./by-hand.ts');
  return handledRoom(meeting, reporter, argv['answer-fd']);
}

/** The punch: two peers meet at the rendezvous and open a path, direct wherever that is possible. */
import { createOwner } from '../net/owner.ts';
import { type Ground, openGround } from './ground.ts';
import { handOver, refuseHandOver } from './handover/hand-over.ts';
import { type MeetResult, meetPeer, notMet, recorderOf } from './meet.ts';
import { namesOfServers } from './meeting.ts';
import { PUNCH_WAIT_MS, type PunchOptions } from './options.ts';
import { createIncomingNotices } from './report/incoming.ts';
import { explainNotMet } from './report/not-met.ts';
import { explainUnproven } from './report/unproven.ts';
import type { SolePunchResult } from './result.ts';

/**
 * How long a natcheck server keeps an allocation whose session is gone (server/turn/decisions/limits.ts); coming back later is too
 * late.
 */
const STAY_PATIENCE_MS = 60_000;

/**
 * Opens a UDP path to `peer`, who does the same toward `id`.
 *
 * A rendezvous that is lost while waiting is rejoined; a peer that is lost before the path is open is waited for again.
 * Network outcomes (nobody came, no path) are values in the report, each with its reason.
 * @throws UsageError when an option cannot be used; the signal's reason when aborted, after leaving the room.
 */
export async function punch(options: PunchOptions): Promise<SolePunchResult> {
  const { peer, mode, signal, waitMs = PUNCH_WAIT_MS } = options;
  const recorder = recorderOf(options);
  let ground: Ground | null = null;
  const opened = await openGround({
    ...options,
    joinWaitMs: waitMs,
    patienceMs: STAY_PATIENCE_MS,
    onSeen: (seen) => {
      const isFirst = recorder.seen({ local: ground?.local ?? null, public: seen });
      if (isFirst && ground && !ground.isProven) recorder.notice(explainUnproven({ peer, ...ground.unproven() }));
    },
    onIncoming: createIncomingNotices({ ...options, tell: recorder.notice }),
    onNotice: (text) => {
      options.onNotice?.(text);
      recorder.notice(text);
    },
  });
  if (opened.outcome !== 'open') {
    const detail = opened.detail ?? explainNotMet(opened.outcome, namesOfServers(options));
    return withoutPath(notMet(recorder, opened.outcome, detail));
  }
  await using owner = createOwner();
  ground = owner.use(opened.ground);
  const result = await meetPeer(ground, { peer, waitMs, mode, signal, recorder });
  return result.path ? keep(ground, owner.move(), result) : withoutPath(result);
}

function withoutPath({ giveUp, ...result }: MeetResult): SolePunchResult {
  return { ...result, handOver: refuseHandOver };
}

/** Makes the end of the path the end of the ground. The room is left as soon as the path is direct, since only a relay needs it. */
function keep(ground: Ground, owner: AsyncDisposable, { giveUp, ...result }: MeetResult): SolePunchResult {
  const { report, path, upgraded } = result;
  const end = async (): Promise<void> => {
    try {
      await result[Symbol.asyncDispose]();
    } finally {
      await owner[Symbol.asyncDispose]();
    }
  };
  const leaveOnceDirect = async (): Promise<void> => {
    if (report.outcome === 'direct' || (await upgraded)) await ground.leave();
  };
  // Whoever disposes of the punch gets what went wrong.
  leaveOnceDirect().catch(() => {});
  return {
    ...result,
    path: path && { ...path, [Symbol.asyncDispose]: end },
    handOver: () => handOver({ path, giveUp, ground, end }),
    [Symbol.asyncDispose]: end,
  };
}

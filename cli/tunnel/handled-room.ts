/** Shows this side's line of a meeting by hand, and takes the other's. */
import { UsageError } from '../../src/errors.ts';
import { openAnswerSource } from './answer-source.ts';
import type { Meeting } from './meeting.ts';
import type { Reporter } from './reporter.ts';

const PROMPT =
  'paste the line that it prints here, and press Enter; a path opens at the next ten seconds of the clock:';

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
  const paste = async (problem: string | null): Promise<string> => {
    reporter.line(problem ?? PROMPT);
    using _ = reporter.yield();
    const answer = await answers?.next();
    if (answer == null) throw new UsageError('no answer was given before the end of the input');
    return answer;
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

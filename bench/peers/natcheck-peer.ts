/** A process that keeps natcheck's library loaded, and punches each time it is asked to. */
import { answerLines } from './answer-lines.ts';

/** The path of the library in the lab's image. */
const LIBRARY = '/opt/natcheck/dist/src/index.js';
const WAIT_MS = 10_000;

const { punch }: typeof import('../../src/index.ts') = await import(LIBRARY);
let punched: Awaited<ReturnType<typeof punch>> | undefined;

await answerLines({
  /** Opens a path, which stays open until the next one is asked for, so that the other side gets its answers. */
  async punch({ id = '', peer = '', room = '', server = '' }) {
    await punched?.[Symbol.asyncDispose]();
    punched = await punch({ id, peer, room, server, waitMs: WAIT_MS });
    const { outcome, reason, elapsedMs } = punched.report;
    return { outcome, reason, elapsedMs };
  },
});

/** A process that holds natcheck's library and punches each time it is asked to. */
import { answerLines } from './answer-lines.ts';

/** Where the lab's image has it. */
const LIBRARY = '/opt/natcheck/dist/src/index.js';
const WAIT_MS = 10_000;

const { punch }: typeof import('../../src/index.ts') = await import(LIBRARY);
let punched: Awaited<ReturnType<typeof punch>> | undefined;

await answerLines({
  /** The path stays until the next one is asked for, so that the other side gets its answers. */
  async punch({ id = '', peer = '', room = '', server = '' }) {
    await punched?.[Symbol.asyncDispose]();
    punched = await punch({ id, peer, room, server, waitMs: WAIT_MS });
    const { outcome, reason, elapsedMs } = punched.report;
    return { outcome, reason, elapsedMs };
  },
});

/** A limit for what a lab file's own patterns may take: some go back and forth over a line for longer than anybody waits. */
import { type Context, createContext, Script } from 'node:vm';

/** A thousand times what looking through all lines of one read takes; nothing else of the run goes on meanwhile. */
const LIMIT_MS = 1000;
/** When this process has computed for less than this meanwhile, others had the processor: that says nothing of the work. */
const BUSY_MS = LIMIT_MS / 2;
/** How often it is done in all, where the machine has no time for it. */
const MAX_TRIES = 10;
const CALL = new Script('work()');
let context: Context | undefined;

/**
 * Runs `work`, which V8 ends where it stands when its time is up, even within one match of a regular expression: so it
 * changes nothing, and may be run again. One call costs 0.1 ms.
 * @throws what `work` throws.
 */
export function withinLimit<T>(work: () => T): { readonly value: T } | 'late' {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const before = process.cpuUsage();
    const result = timed(work);
    if (result !== 'late') return result;
    const { user, system } = process.cpuUsage(before);
    if ((user + system) / 1000 >= BUSY_MS) break;
  }
  return 'late';
}

function timed<T>(work: () => T): { readonly value: T } | 'late' {
  context ??= createContext({});
  context.work = work;
  try {
    return { value: CALL.runInContext(context, { timeout: LIMIT_MS }) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return 'late';
    throw error;
  }
}

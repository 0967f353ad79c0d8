/** A limit for what a lab file's own patterns may take: some go back and forth over a line for longer than anybody waits. */
import { type Context, createContext, Script } from 'node:vm';

/** A thousand times what looking through all lines of one read takes; nothing else of the run goes on meanwhile. */
const LIMIT_MS = 1000;
const CALL = new Script('work()');
let context: Context | undefined;

/**
 * Runs `work`, which V8 ends where it stands when its time is up, even within one match of a regular expression: so it
 * changes nothing. One call costs 0.1 ms.
 * @throws what `work` throws.
 */
export function withinLimit<T>(work: () => T): { readonly value: T } | 'late' {
  context ??= createContext({});
  context.work = work;
  try {
    return { value: CALL.runInContext(context, { timeout: LIMIT_MS }) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return 'late';
    throw error;
  }
}

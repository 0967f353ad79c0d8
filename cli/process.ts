/** Runs the process: takes its signals and sets its exit code. Nothing else ends it. */
import { visibleLines } from '../src/visible.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { readVersion } from './version.ts';

const words = process.argv.slice(2);

process.on('uncaughtException', (error) => bug(error));
// A reader that leaves, as in `natcheck … | head -1`, or a terminal that is closed, changes nothing of what the exit code
// says, and cuts nothing short that is being left in order.
const LOST_READER: ReadonlySet<string | undefined> = new Set(['EPIPE', 'EIO']);
/** Why what was written to stdout is lost, such as a disk that is full. */
let unwritten: NodeJS.ErrnoException | null = null;
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (!LOST_READER.has(error.code)) unwritten ??= error;
});
// Nobody can be told of that.
process.stderr.on('error', () => {});

if (words.length === 1 && (words[0] === '--version' || words[0] === '-v')) {
  // Without the option parser, which takes longer to load than all the rest.
  process.stdout.write(`${readVersion()}\n`);
  end(EXIT.ok);
} else {
  void runWords();
}

/** An exception in it is an uncaught one. */
async function runWords(): Promise<void> {
  const [{ run }, { COMMANDS }] = await Promise.all([import('./run.ts'), import('./commands/index.ts')]);
  const outcome = await run(words, { host: process, commands: COMMANDS });
  switch (outcome.kind) {
    case 'exit':
      return end(outcome.code);
    case 'interrupted':
      // The process ends by the signal itself, so that the shell knows; the signal's handler is gone by now.
      process.kill(process.pid, outcome.signal);
      return;
    case 'bug':
      bug(outcome.error);
  }
}

function bug(error: unknown): void {
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`natcheck: this is a bug in natcheck, please report it\n${visibleLines(trace)}\n`);
  end(EXIT.bug);
}

/** Exits once everything written has been flushed, whatever is still open. A result that could not be written is no success. */
function end(code: ExitCode): void {
  // That a write has failed is told in a later turn of the event loop than its end.
  process.stdout.write('', () => setImmediate(() => finish(code)));
}

async function finish(code: ExitCode): Promise<void> {
  if (unwritten) {
    const { explainFileCode } = await import('../src/net/explain-code.ts');
    const reason = explainFileCode(unwritten.code ?? unwritten.message);
    process.stderr.write(`natcheck: what was to be printed could not be written: ${reason}\n`);
  }
  process.stderr.write('', () => process.exit(unwritten && code === EXIT.ok ? EXIT.usage : code));
}

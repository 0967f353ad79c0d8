/** Runs the process: takes its signals and sets its exit code. Nothing else ends it. */
import { visibleLines } from '../src/visible.ts';
import { EXIT, type ExitCode } from './exit-code.ts';

const words = process.argv.slice(2);

process.on('uncaughtException', (error) => bug(error));
// A reader that leaves, as in `natcheck … | head -1`, or a terminal that is closed, changes nothing of what the exit code
// says, and cuts nothing short that is being left in order.
const LOST_READER: ReadonlySet<string | undefined> = new Set(['EPIPE', 'EIO']);
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (!LOST_READER.has(error.code)) throw error;
  });
}

if (words.length === 1 && (words[0] === '--version' || words[0] === '-v')) {
  // Without the option parser, which takes longer to load than all the rest.
  const { readVersion } = await import('./version.ts');
  process.stdout.write(`${readVersion()}\n`);
} else {
  const [{ run }, { COMMANDS }] = await Promise.all([import('./run.ts'), import('./commands/index.ts')]);
  const outcome = await run(words, { host: process, commands: COMMANDS });
  switch (outcome.kind) {
    case 'exit':
      end(outcome.code);
      break;
    case 'interrupted':
      // The process ends by the signal itself, so that the shell knows; the signal's handler is gone by now.
      process.kill(process.pid, outcome.signal);
      break;
    case 'bug':
      bug(outcome.error);
  }
}

function bug(error: unknown): void {
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`natcheck: this is a bug in natcheck, please report it\n${visibleLines(trace)}\n`);
  end(EXIT.bug);
}

/** Exits once everything written has been flushed, whatever is still open. */
function end(code: ExitCode): void {
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
}

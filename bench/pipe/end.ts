/** One end of a transfer: a script in a container, which tells what the program in it has used. */
import type { LabContainer, Program } from '../../lab/index.ts';

/** Enough for a gigabyte at 2 MB/s. */
const TRANSFER_TIMEOUT_MS = 600_000;
/** The lines of the scripts themselves. */
const OUR_LINES = /^(enter|cpu|arrived|ended) /;

/** What the program of one end has used, once it has exited with 0. */
export interface Used {
  /** When Enter was pressed: milliseconds of the wall clock. */
  readonly enteredAt: number;
  readonly cpuSeconds: number;
}

export interface End extends AsyncDisposable, Pick<Program, 'line'> {
  /** @throws Error with the last that the program has said when it fails or takes too long. */
  ended(): Promise<Used>;
}

/** Starts the script in a process group that is killed when disposed of, since the script has children. */
export async function startEnd(
  container: LabContainer,
  { who, argv }: { readonly who: string; readonly argv: readonly string[] },
): Promise<End> {
  const program = await container.start(argv);
  let complaint = '';
  program.onLine((line) => {
    if (!OUR_LINES.test(line)) complaint = line;
  });
  return {
    line: program.line,
    async ended() {
      const ended = await program.line(/^ended /, { timeoutMs: TRANSFER_TIMEOUT_MS });
      if (ended !== 'ended 0') throw new Error(`the ${who} exits with ${ended.slice('ended '.length)}: ${complaint}`);
      const [, ...cpu] = (await program.line(/^cpu /)).split(' ');
      const [, entered] = (await program.line(/^enter /)).split(' ');
      return {
        enteredAt: Number(entered) * 1000,
        cpuSeconds: cpu.reduce((sum, seconds) => sum + Number(seconds), 0),
      };
    },
    async [Symbol.asyncDispose]() {
      // The engine makes each program it starts the leader of a group.
      await container.exec(['sh', '-c', `kill -KILL -- -${program.pid}`]);
      await program[Symbol.asyncDispose]();
    },
  };
}

/** The command line tool on a terminal of its own, a pseudo-terminal of `script` (in Debian's essential bsdutils). */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ownedByTest, ownedProcess } from '../../owner/owned-by-test.ts';
import { mainIn } from '../natcheck.ts';

const SHELL = fileURLToPath(new URL('shell.ts', import.meta.url));

/** Null where there is a terminal to be had, else why not. */
export const NO_TERMINAL: string | null =
  spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux') === true
    ? null
    : 'there is no script of util-linux on this machine';

export interface ProgramEnd {
  readonly code: number | null;
  readonly signal: string | null;
}

export interface TerminalProgram extends AsyncDisposable {
  /** Its process id. */
  readonly pid: number;
  /** All that the terminal has been told so far. */
  readonly shown: () => string;
  /** Resolves when what has been shown matches. */
  readonly shows: (pattern: RegExp) => Promise<void>;
  /** Presses keys. */
  readonly type: (keys: string) => void;
  /** Closes the terminal, as somebody does who closes its window. */
  readonly close: () => void;
  /** Resolves when it has ended, and all that it wrote has been shown. */
  readonly ended: Promise<ProgramEnd>;
}

export interface TerminalOptions {
  readonly columns?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs `natcheck` with these words on a terminal. */
export async function onTerminal(
  words: readonly string[],
  { columns = 80, env = {} }: TerminalOptions = {},
): Promise<TerminalProgram> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { readonly port: number };
  const command = [process.execPath, SHELL, `${port}`, process.execPath, mainIn(env), ...words].map(quoted).join(' ');
  const script = ownedProcess(
    spawn('script', ['-q', '-c', `stty cols ${columns} rows 24; exec ${command}`, '/dev/null'], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, TERM: 'xterm', ...env },
    }),
  );
  const [shell] = (await once(server, 'connection')) as [Socket];
  const screen = screenOf(script);
  const closed = script.stdout ? once(script.stdout, 'close') : null;
  const told = createInterface({ input: shell })[Symbol.asyncIterator]();
  const next = async (): Promise<unknown> => JSON.parse((await told.next()).value ?? 'null');
  const { pid } = (await next()) as { readonly pid: number };
  return ownedByTest({
    ...{ pid, ...screen },
    type: (keys) => void script.stdin?.write(keys),
    close: () => void script.kill('SIGKILL'),
    ended: next().then(async (end) => {
      await closed;
      return end as ProgramEnd;
    }),
    [Symbol.asyncDispose]: async () => {
      shell.destroy();
      server.close();
      script.kill('SIGKILL');
      if (script.exitCode === null && script.signalCode === null) await once(script, 'exit');
    },
  });
}

function screenOf({ stdout }: ChildProcess): Pick<TerminalProgram, 'shown' | 'shows'> {
  let shown = '';
  const listeners = new Set<() => void>();
  stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    shown += chunk;
    for (const listener of listeners) listener();
  });
  return {
    shown: () => shown,
    shows: (pattern) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (pattern.test(shown)) resolve();
        };
        listeners.add(check);
        check();
      }),
  };
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

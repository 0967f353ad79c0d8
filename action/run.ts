/** The step of action.yml that runs a lab file: its exit code is natcheck's, what it finds goes where GitHub shows it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { appendFile, readFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import type { RunResult } from '../lab/results/run-result.ts';
import { problemsIn, shown, unexpectedCells } from './annotations.ts';
import { inputsFrom } from './inputs.ts';
import { boundedSummary, failureSummary } from './summary.ts';
import { errorCommand, outputLines, unheard } from './workflow-command.ts';

/** Of stderr, what is looked through for places in the lab file, and shown where there are no results. */
const MAX_SAID = 256 * 1024;

interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  /** The last of stderr. */
  readonly said: string;
}

/** Runs natcheck; what it says is passed on at once, what it prints at its end if `prints`. The runner obeys nothing of it. */
async function natcheck(argv: readonly string[], { prints = false } = {}): Promise<Ended> {
  const main = process.env.NATCHECK_MAIN ?? '';
  const child = spawn(process.execPath, [main, ...argv], { stdio: ['ignore', 'pipe', 'pipe'] });
  const pass = (signal: NodeJS.Signals): unknown => child.kill(signal);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, pass);
  const { begin, end } = unheard(randomUUID());
  write(`${begin}\n`);
  let [stdout, said] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    write(text);
    said = `${said}${text}`.slice(-MAX_SAID);
  });
  const exitCode = await endOf(child);
  write(`${prints ? stdout : ''}\n${end}\n`);
  return { exitCode, stdout, said };
}

/** To stdout alone, so that the runner reads everything in its order. */
function write(text: string): void {
  process.stdout.write(text);
}

async function endOf(child: ChildProcess): Promise<number> {
  const [code] = await once(child, 'close');
  return typeof code === 'number' ? code : 1;
}

function resultIn(stdout: string): RunResult | null {
  try {
    const result = JSON.parse(stdout);
    return Array.isArray(result?.cells) ? result : null;
  } catch {
    return null;
  }
}

function outcomeOf(result: RunResult | null): string {
  if (result === null) return 'error';
  if (!result.isAsExpected) return 'unexpected';
  return result.isComplete ? 'as-expected' : 'incomplete';
}

async function addTo(variable: string, text: string): Promise<void> {
  const path = process.env[variable];
  if (path) await appendFile(path, text);
}

const { file, out, argv } = inputsFrom(process.env);
const directory = resolve(out);
const path = relative(process.env.GITHUB_WORKSPACE ?? '.', resolve(file));
const { exitCode, stdout, said } = await natcheck(argv);
const result = resultIn(stdout);

const problems = result === null ? problemsIn(said, { file, path }) : unexpectedCells(result, path);
for (const problem of shown(problems)) write(`${errorCommand(problem)}\n`);
const outcome = outcomeOf(result);
if (outcome === 'error' && problems.length === 0) await natcheck(['lab', 'doctor'], { prints: true });

const markdown = result && (await readFile(join(directory, 'results.md'), 'utf8').catch(() => null));
await addTo('GITHUB_STEP_SUMMARY', boundedSummary(markdown ?? failureSummary(file, said)));
const expected = result?.cells.filter(({ isAsExpected }) => isAsExpected).length ?? 0;
const counts = { expected: `${expected}`, total: `${result?.cells.length ?? 0}` };
await addTo('GITHUB_OUTPUT', outputLines({ result: outcome, ...counts, directory }, randomUUID()));
process.exitCode = exitCode === 0 && outcome !== 'as-expected' ? 1 : exitCode;

/**
 * The gate: builds natcheck, and then has the checks, the fast tests and the container tests run beside each other, since the
 * one waits while the other computes. What each has written is shown when it ends; the first that fails ends the others.
 * `--fast` leaves out the containers.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { fast: { type: 'boolean', default: false } } });
/** Commands that are run one after the other. */
type Step = readonly (readonly string[])[];

const CHECKS: Step = ['lint', 'types', 'dead-code'].map((script) => ['npm', 'run', '--silent', script]);
const tests = (project: string): Step => [['vitest', 'run', '--project', project]];

const failed = new AbortController();

/** Runs a command to its end, and shows what it has written. @throws Error when it fails. */
async function run(command: readonly string[]): Promise<void> {
  const [program = '', ...words] = command;
  const startedAt = performance.now();
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'], signal: failed.signal });
  const written: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => written.push(bytes));
  const [code] = await once(child, 'close');
  process.stdout.write(Buffer.concat(written));
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
  process.stdout.write(`gate: ${command.join(' ')}: ${code === 0 ? 'passed' : 'FAILED'}, ${seconds} s\n`);
  if (code !== 0) throw new Error(command.join(' '));
}

async function runStep(step: Step): Promise<void> {
  for (const command of step) await run(command);
}

try {
  await run(['npm', 'run', '--silent', 'build']);
  const steps = [CHECKS, tests('fast'), ...(values.fast ? [] : [tests('container')])];
  const running = steps.map((step) => runStep(step));
  await Promise.all(running).catch(async (error: unknown) => {
    failed.abort();
    await Promise.allSettled(running);
    throw error;
  });
} catch {
  process.exitCode = 1;
}

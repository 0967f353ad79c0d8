/**
 * The gate: builds natcheck, has the checks and the container tests run beside each other, since those wait more than they
 * compute, and then the fast tests, which have the machine to themselves: many of them are about what comes first. Each line
 * begins with who writes it; the first that fails ends the others. `--fast` leaves out the containers; `--soak` does so too, and
 * makes all the runs of which a gate makes a quarter. What the gate leaves out of the container tests is in runs.ts as well.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

const FLAG = { type: 'boolean', default: false } as const;
const { values } = parseArgs({ options: { fast: FLAG, soak: FLAG } });
/** The first step builds; who needs a build then takes that one. */
const env = { ...process.env, NATCHECK_TEST_DIST: 'dist', ...(values.soak && { NATCHECK_TEST_RUNS: 'all' }) };

interface Step {
  /** What its lines begin with. */
  readonly name: string;
  /** Commands that are run one after the other. */
  readonly commands: readonly (readonly string[])[];
}

const npmRun = (script: string): readonly string[] => ['npm', 'run', '--silent', script];
const testsOf = (project: string): Step => ({ name: project, commands: [['vitest', 'run', '--project', project]] });
const BUILD: Step = { name: 'build', commands: [npmRun('build')] };
const CHECKS: Step = { name: 'checks', commands: ['lint', 'types', 'dead-code', 'package'].map(npmRun) };

const failed = new AbortController();

/** @throws Error when one of its commands fails; those after it are not run then. */
async function runStep({ name, commands }: Step): Promise<void> {
  const tell = (line: string): void => void process.stdout.write(`${name}: ${line}\n`);
  for (const command of commands) {
    const [program = '', ...words] = command;
    const startedAt = performance.now();
    const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'], signal: failed.signal, env });
    for (const input of [child.stdout, child.stderr]) createInterface({ input }).on('line', tell);
    const [code] = await once(child, 'close');
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
    tell(`${command.join(' ')} ${code === 0 ? 'passed' : 'FAILED'} after ${seconds} s`);
    if (code !== 0) throw new Error(command.join(' '));
  }
}

/** @throws Error of the first that fails, when the others have ended too. */
async function besideEachOther(steps: readonly Step[]): Promise<void> {
  const running = steps.map(runStep);
  await Promise.all(running).catch(async (error: unknown) => {
    failed.abort();
    await Promise.allSettled(running);
    throw error;
  });
}

try {
  await runStep(BUILD);
  if (!values.fast && !values.soak) {
    process.stdout.write('container: of cases that differ in their NATs alone, some; npm run test:container has all\n');
  }
  await besideEachOther(values.fast || values.soak ? [CHECKS] : [CHECKS, testsOf('container')]);
  await runStep(testsOf('fast'));
} catch {
  process.exitCode = 1;
}

/**
 * How long the command takes to start: whole processes of the build, each beside a bare `node -e 0` in the same round, so that a
 * busy machine slows both down. Medians of the CPU time (user and system) and of the wall time, and their ratios to bare Node.
 * Node keeps from one round to the next what it has compiled, as it does for users.
 * Usage: node bench/start.ts [--times 15] [--sources]
 * `--sources` runs the sources as they are.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempDisposableSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { quantile } from './statistics/quantile.ts';

const { values } = parseArgs({
  options: { times: { type: 'string', default: '15' }, sources: { type: 'boolean', default: false } },
});
const times = Number(values.times);
const main = values.sources ? 'cli/main.ts' : 'dist/cli/main.js';

/** Nothing listens there, so that commands end at once or when they are told to, having loaded all that they need to begin. */
const NOBODY = ['--server', '127.0.0.1:9'];
const MEETING = [...NOBODY, '--rendezvous', 'ws://127.0.0.1:9', '--id', 'a', '--peer', 'b', '--wait', '0.1'];
const ANY_PORTS = ['--port', '0', '--alt-port', '0', '--http-port', '0'];
const COMMANDS: readonly (readonly string[])[] = [
  ['--version'],
  ['--help'],
  ...['detect', 'punch', 'pipe', 'serve', 'lab'].map((name) => [name, '--help']),
  ['detect', ...NOBODY, '--timeout', '1'],
  ['punch', ...MEETING],
  ['pipe', ...MEETING],
  ['serve', '--ip', '127.0.0.1', ...ANY_PORTS],
];

/** Bash tells the times of what it runs in milliseconds. A server has started when it says so; then it is ended. */
const TIMED = 'TIMEFORMAT="%R %U %S"; time "$@" > /dev/null 2>&1 < /dev/null';
const TIMED_UNTIL_READY = `TIMEFORMAT="%R %U %S"; time {
  coproc "$@"
  while read -r line <&"$COPROC" && [ "$line" != ready ]; do :; done
  kill "$COPROC_PID"
  wait "$COPROC_PID"
} 2> /dev/null`;

interface Took {
  readonly cpuMs: number;
  readonly wallMs: number;
}

using cache = mkdtempDisposableSync(join(tmpdir(), 'natcheck-bench-start-'));
const { NODE_DISABLE_COMPILE_CACHE: _, NODE_COMPILE_CACHE: __, ...env } = process.env;

const bare = { argv: ['-e', '0'], took: [] as Took[] };
const rows = [bare, ...COMMANDS.map((words) => ({ argv: [main, ...words], took: [] as Took[] }))];
// The first round fills the cache.
for (let round = 0; round <= times; round++) {
  for (const { argv, took } of rows) {
    const one = run(argv);
    if (round > 0) took.push(one);
  }
}

const load = loadavg().map((each) => each.toFixed(1));
console.log(`Node ${process.version}, median of ${times}, load ${load.join(' ')}`);
console.log('  CPU ms  ratio  wall ms  ratio');
for (const { argv, took } of rows) console.log(`${columns(took)}  node ${argv.join(' ')}`);

function run(argv: readonly string[]): Took {
  const script = argv.includes('--alt-port') ? TIMED_UNTIL_READY : TIMED;
  const { stderr } = spawnSync('bash', ['-c', script, 'bash', process.execPath, ...argv], {
    encoding: 'utf8',
    env: { ...env, XDG_CACHE_HOME: cache.path },
    timeout: 60_000,
  });
  const words = stderr.trim().split('\n').at(-1)?.split(' ').map(Number) ?? [];
  const [wall = Number.NaN, user = Number.NaN, system = Number.NaN] = words;
  return { cpuMs: (user + system) * 1000, wallMs: wall * 1000 };
}

function columns(took: readonly Took[]): string {
  const median = (all: readonly Took[], what: keyof Took): number =>
    quantile(
      all.map((one) => one[what]),
      0.5,
    );
  return (['cpuMs', 'wallMs'] as const)
    .map(
      (what) =>
        `${median(took, what).toFixed(0).padStart(8)}${(median(took, what) / median(bare.took, what)).toFixed(2).padStart(7)}`,
    )
    .join(' ');
}

/**
 * Whole-process time of three detectors behind each NAT of the container lab, against natcheck serve, all in one run:
 * natcheck detect, coturn's turnutils_natdiscovery, and the classic stun client. The clock is inside the client's
 * container, around the process alone. natcheck runs alone; the others, which mostly wait, run in all clients at once.
 * Usage: node bench/detect/detect.ts [RUNS=7]
 */
import { parseStunClient, stunClientCommand } from '../../lab/docker/reference-clients/stun-client.ts';
import { parseTurnutils, turnutilsCommand } from '../../lab/docker/reference-clients/turnutils.ts';
import { CLASSIC_NATS, type LabContainer } from '../../lab/index.ts';
import { found, undetermined } from '../../src/nat/behavior.ts';
import { verdictOf } from '../../src/nat/verdict.ts';
import { openBenchLab, progress } from '../lab.ts';
import { quantile } from '../statistics/quantile.ts';

const runs = Number(process.argv[2] ?? 7);
const TIMED = 's=$(date +%s%N); "$@"; e=$(date +%s%N); echo "bench: $((e - s))"';

interface Detector {
  readonly name: string;
  readonly runsAlone: boolean;
  readonly command: (server: string) => readonly string[];
  /** Finds the verdict in its output. */
  readonly verdict: (stdout: string) => string;
}

const DETECTORS: readonly Detector[] = [
  {
    name: 'natcheck detect',
    runsAlone: true,
    command: (server) => ['natcheck', 'detect', '--json', '--server', server],
    verdict: (stdout) => JSON.parse(stdout).verdict.type,
  },
  {
    name: 'turnutils_natdiscovery',
    runsAlone: false,
    command: turnutilsCommand,
    verdict: (stdout) => {
      const { mapping, filtering } = parseTurnutils(stdout);
      return verdictOf(
        mapping ? found(mapping) : undetermined('no-answer'),
        filtering ? found(filtering) : undetermined('no-answer'),
      ).type;
    },
  },
  {
    name: 'stun (classic)',
    runsAlone: false,
    command: stunClientCommand,
    verdict: (stdout) => parseStunClient(stdout) ?? 'none',
  },
];

interface Timing {
  readonly seconds: number;
  readonly verdict: string;
}

async function time(client: LabContainer, { command, verdict }: Detector, server: string): Promise<Timing> {
  const { stdout } = await client.exec(['sh', '-c', TIMED, 'sh', ...command(server)]);
  const mark = stdout.lastIndexOf('bench: ');
  return { seconds: Number(stdout.slice(mark + 7)) / 1e9, verdict: verdict(stdout.slice(0, mark)) };
}

const cell = (timings: readonly Timing[], nat: string): string => {
  const seconds = timings.map((timing) => timing.seconds);
  const wrong = timings.filter(({ verdict }) => verdict !== nat).length;
  const range = `${Math.min(...seconds).toFixed(2)} to ${Math.max(...seconds).toFixed(2)}`;
  return `${quantile(seconds, 0.5).toFixed(2)} s (${range})${wrong === 0 ? '' : `, ${wrong} wrong`}`;
};

await using lab = await openBenchLab();

const timings = new Map<string, Timing[]>();
for (let run = 0; run <= runs; run++) {
  for (const detector of DETECTORS) {
    const measure = async (nat: string): Promise<void> => {
      const timing = await time(lab.nat(nat).client(0), detector, lab.server.primary);
      const key = `${detector.name} ${nat}`;
      // The first run of each detector warms the file cache, and is not counted.
      if (run > 0) timings.set(key, [...(timings.get(key) ?? []), timing]);
    };
    const names = CLASSIC_NATS.map(({ name }) => name);
    if (detector.runsAlone) for (const name of names) await measure(name);
    else await Promise.all(names.map(measure));
  }
  progress(`run ${run} of ${runs}`);
}

console.log(`Whole process, median of ${runs} (fastest to slowest), and wrong verdicts if any`);
console.table(
  Object.fromEntries(
    CLASSIC_NATS.map(({ name }) => [
      name,
      Object.fromEntries(DETECTORS.map((one) => [one.name, cell(timings.get(`${one.name} ${name}`) ?? [], name)])),
    ]),
  ),
);

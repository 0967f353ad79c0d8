/** Runs the lab files of docs/lab-results.md in the container lab, and keeps what they found: npm run lab:foreign [-- NAME ...] */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { dirname } from 'node:path';
import { type Engine, findEngine } from '../../../lab/docker/engine/engine.ts';
import { connectDocker } from '../../../lab/docker/engine/testcontainers.ts';
import { ensureImage } from '../../../lab/docker/image/image.ts';
import type { LabFile } from '../../../lab/file/lab-file.ts';
import { readLabFile } from '../../../lab/file/read.ts';
import { runLabFile } from '../../../lab/run/run-lab-file.ts';
import { FOREIGN_PROGRAMS, type ForeignProgram } from '../foreign-programs.ts';
import { type RecordedRun, recordedPath } from '../lab-results.ts';

const say = (line: string): void => void process.stderr.write(`${line}\n`);

async function record(engine: Engine, program: ForeignProgram): Promise<RecordedRun> {
  say(program.file);
  const file = await readLabFile(program.file);
  const image = await ensureImage(engine, { progress: say });
  const [load = 0] = loadavg();
  const { elapsedMs, cells } = await runLabFile(file, {
    engine,
    image,
    progress: say,
    signal: stop.signal,
    onCell: ({ cell: { a, b, tries }, done, total }) =>
      say(`${done} of ${total}  ${a} → ${b}: ${tries[0].outcome} ${tries[0].ms ?? ''}`),
  });
  return {
    date: new Date().toISOString().slice(0, 10),
    processors: `${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown'}`,
    load: Math.round(load),
    versions: await versionsOf(engine, file, program),
    elapsedMs,
    cells: cells.map(({ a, b, tries: [{ outcome, ms, reason, path }] }) => ({ a, b, outcome, ms, reason, path })),
  };
}

async function versionsOf(
  engine: Engine,
  labFile: LabFile,
  { file, packages }: ForeignProgram,
): Promise<RecordedRun['versions']> {
  const versions: { readonly name: string; readonly version: string }[] = [];
  for (const { name, from } of packages) {
    const version = from === 'npm' ? npmVersion(dirname(file), name) : await debianVersion(engine, labFile, name);
    versions.push({ name, version });
  }
  return versions;
}

function npmVersion(dir: string, name: string): string {
  return JSON.parse(readFileSync(`${dir}/node_modules/${name}/package.json`, 'utf8')).version;
}

/** Asks the image of the run that has the package; what no program asks for is in the lab's own. */
async function debianVersion(engine: Engine, { setup, sides, helpers }: LabFile, name: string): Promise<string> {
  const sources = [...(setup ? [setup] : []), ...sides, ...helpers].map(({ source }) => source);
  const packages = sources.flatMap((source) => (source.kind === 'lab' ? [source.packages] : []));
  const Image = await ensureImage(engine, {
    packages: packages.find((one) => one.includes(name)) ?? [],
    progress: say,
  });
  const docker = await connectDocker(engine.host);
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query fills it in
  const Cmd = ['dpkg-query', '-W', '-f', '${Version}', name];
  const container = await docker.createContainer({ Image, Cmd, Tty: true });
  try {
    await container.start();
    await container.wait();
    return (await container.logs({ stdout: true })).toString().trim();
  } finally {
    await container.remove({ force: true });
  }
}

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort(new Error(signal)));
const names = process.argv.slice(2);
await using engine = await findEngine({ progress: say });
for (const program of FOREIGN_PROGRAMS.filter(({ name }) => names.length === 0 || names.includes(name))) {
  const path = recordedPath(program);
  const recorded = await record(engine, program);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(recorded, null, 2)}\n`);
}

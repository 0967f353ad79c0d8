/** `natcheck lab`: the container lab, used by hand. */

import { nearest } from '../../lab/suggest.ts';
import { UsageError } from '../../src/errors.ts';
import { defineCommand } from '../command.ts';
import type { LabAction, LabWords } from './lab/action.ts';

const NOTES = `\
up      starts a lab and leaves it running: a server with two addresses, and a
        client behind each of the four classic NATs, or of those named by --nat;
        each NAT is checked against its profile first; with --image, each client
        runs that image by its own command, and exec goes there
detect  runs natcheck detect in every client at once; if no lab is running, it
        starts one for as long as it needs it
matrix  runs natcheck punch between every two NATs, both ways, in a lab of its
        own with two routers of each kind, and writes the results to the
        directory given by --out: matrix.html, .md, .json, .junit.xml and .svg;
        with --hard there are 100 pairs instead of 16
run     runs the programs of a lab file behind every two of its NATs, and says
        by what the routers saw which pairs are direct and which relayed;
        --out writes the same five files, named results, --pcap what the routers
        captured; --keep leaves the first pair that goes wrong up until Ctrl-C,
        for exec at its sides: a, b
exec    runs a program at PLACE: server, NAT (its first client), NAT/CLIENT,
        NAT/router or NAT/carrier, such as symmetric/0; it has this terminal, or
        what is piped in; the exit code is that of the program
down    ends the running lab, waits until all of it is gone, and says what it
        leaves for the next one
prune   removes that: images, base file systems, data of private engines
doctor  tries what this machine can do for a lab, changes nothing, and says what
        to install
schema  prints the JSON Schema of lab files, for editors

The lab uses the container engine at DOCKER_HOST, else the machine's own, else,
as root on Debian, a private one that ends with the lab. It needs the package
testcontainers.

Exit codes: 2 if there is no engine, no lab to use, or a lab is already running;
4 if a verdict is not that of its NAT, if a pair does not end as arithmetic
says, or if the lab refuses to run because a NAT does not behave as its profile
says.`;

/** `keep` is for `up` alone: the process that owns the lab. */
const ACTIONS: Readonly<Record<string, () => Promise<LabAction>>> = {
  up: async () => (await import('./lab/up.ts')).up,
  detect: async () => (await import('./lab/detect.ts')).detect,
  matrix: async () => (await import('./lab/matrix.ts')).matrix,
  run: async () => (await import('./lab/run.ts')).run,
  exec: async () => (await import('./lab/exec.ts')).exec,
  down: async () => (await import('./lab/down.ts')).down,
  prune: async () => (await import('./lab/prune.ts')).prune,
  doctor: async () => (await import('./lab/doctor.ts')).doctor,
  schema: async () => (await import('./lab/schema.ts')).schema,
  keep: async () => (await import('./lab/keep.ts')).keep,
};

const NAMES = Object.keys(ACTIONS).filter((name) => name !== 'keep');

/** Such as `up, down and exec`. */
function listed(names: readonly string[], last: 'and' | 'or'): string {
  return `${names.slice(0, -1).join(', ')} ${last} ${names.at(-1)}`;
}

export const lab = defineCommand({
  name: 'lab',
  arguments: '<action> [place] [command..]',
  takesProgram: true,
  positionals: {
    action: { type: 'string', describe: listed(NAMES, 'or') },
    place: { type: 'string', describe: 'exec: where to run the program; run: the lab file' },
    command: { type: 'string', array: true, describe: 'exec: the program and its arguments, after --' },
  },
  options: {
    clients: { type: 'number', default: 1, describe: 'up, detect: number of clients behind each NAT' },
    all: { type: 'boolean', describe: 'up, detect: include the hard NATs, an open access, a firewall and a UDP block' },
    nat: {
      type: 'string',
      array: true,
      describe: 'up, detect, matrix: a NAT to start in place of the four, as NAT or NAT+IPV6; repeat to start several',
    },
    image: { type: 'string', describe: 'up: the image that each client runs; pulled if it is not on the engine' },
    hard: { type: 'boolean', describe: 'matrix: include the hard NATs and a UDP block' },
    json: {
      type: 'boolean',
      describe:
        'detect, matrix, run, doctor: print one JSON object on stdout (schema natcheck.lab-detect/1, natcheck.lab-matrix/1, natcheck.lab-run/1, natcheck.lab-doctor/1)',
    },
    out: { type: 'string', describe: 'matrix, run: directory for the results, created if missing' },
    only: { type: 'string', array: true, describe: 'run: a pair to run, as "ROW × COLUMN"; repeat to run several' },
    repeat: { type: 'number', describe: 'run: how often each pair is tried; the results then have success rates' },
    pcap: { type: 'string', describe: 'run: directory for what the routers capture, one pcap file per router and try' },
    keep: { type: 'boolean', describe: 'run: leave the first pair up that goes wrong, for natcheck lab exec' },
  },
  notes: NOTES,
  examples: [
    ['natcheck lab up', 'start the four classic NATs'],
    ['natcheck lab up --nat symmetric+ipv6-firewall', 'start one that gives its clients IPv6 behind a firewall'],
    ['natcheck lab up --image my-program:latest', 'run your own image behind each NAT'],
    ['natcheck lab matrix --out results', 'punch all 16 pairs of them, for CI'],
    ['natcheck lab run nat-lab.yml', 'run your own programs behind every two NATs'],
    ['natcheck lab doctor', 'see whether a lab can run here, and what to install'],
    ['natcheck lab exec symmetric -- ip route', 'show the routes of the client behind the symmetric NAT'],
    ['natcheck lab exec symmetric/router -- iptables-save', 'show the rules of its router'],
    ['natcheck lab schema > lab.schema.json', 'keep the schema of lab files beside them, for an editor'],
  ],
  run: async (argv, context) => {
    const { action: name, place, command = [], _ = [] } = argv as typeof argv & Positionals;
    const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
    if (action === undefined) {
      const meant = nearest(name, NAMES);
      const help = meant === null ? 'it has' : `did you mean ${meant}? It has`;
      throw new UsageError(`natcheck lab has no "${name}"; ${help} ${listed(NAMES, 'and')}`);
    }
    // The parser leaves what follows `--` behind the command's own name.
    const words: LabWords = { ...argv, place, command: [...command, ..._.slice(1)].map(String) };
    checkUse(name, words);
    return (await action())(words, context);
  },
});

interface Positionals {
  readonly action: string;
  readonly place?: string;
  readonly command?: readonly string[];
  readonly _?: readonly (string | number)[];
}

function checkUse(
  name: string,
  { place, command, clients, all, nat, hard, image, json, out, only, repeat, keep, pcap }: LabWords,
): void {
  if (!Number.isInteger(clients) || clients < 1 || clients > MAX_CLIENTS) {
    throw new UsageError(`--clients takes a whole number from 1 to ${MAX_CLIENTS}`);
  }
  const isStarting = name === 'up' || name === 'detect' || name === 'keep';
  if ((all || clients > 1) && !isStarting)
    throw new UsageError(`natcheck lab ${name} does not take --all or --clients`);
  if (nat && !isStarting && name !== 'matrix') throw new UsageError(`natcheck lab ${name} does not take --nat`);
  if (nat && (all || hard)) throw new UsageError(`--${all ? 'all' : 'hard'} and --nat exclude each other`);
  if (image !== undefined && name !== 'up' && name !== 'keep') {
    throw new UsageError(`natcheck lab ${name} does not take --image`);
  }
  if (hard && name !== 'matrix') throw new UsageError(`natcheck lab ${name} does not take --hard`);
  if (json && !['detect', 'matrix', 'doctor', 'run'].includes(name)) {
    throw new UsageError(`natcheck lab ${name} does not take --json`);
  }
  if (out !== undefined && name !== 'matrix' && name !== 'run')
    throw new UsageError(`natcheck lab ${name} does not take --out`);
  if (name !== 'run' && (only || repeat !== undefined || keep || pcap !== undefined)) {
    throw new UsageError(`natcheck lab ${name} does not take --only, --repeat, --keep or --pcap`);
  }
  if (!out && name === 'matrix') throw new UsageError('natcheck lab matrix needs --out DIR');
  if (name === 'exec') {
    if (place === undefined || command.length === 0) throw new UsageError('natcheck lab exec needs PLACE -- COMMAND…');
  } else if (name === 'run') {
    if (place === undefined || command.length > 0) throw new UsageError('natcheck lab run needs one FILE');
  } else if (place !== undefined || command.length > 0) {
    throw new UsageError(`natcheck lab ${name} takes no further arguments`);
  }
}

/** Each client is a container; more than a few load the machine rather than test a NAT. */
const MAX_CLIENTS = 16;

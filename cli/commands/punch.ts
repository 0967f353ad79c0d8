/** `natcheck punch`: opens a path to a peer that runs the same command, direct wherever that is possible. */
import { hostname } from 'node:os';
import { UsageError } from '../../src/errors.ts';
import { type PathMode, PUNCH_WAIT_MS } from '../../src/punch/options.ts';
import { measureHealth, type PathHealth } from '../../src/punch/path/health.ts';
import { punch as punchPeer } from '../../src/punch/punch.ts';
import type { TurnServerChoice } from '../../src/punch/reachability/turn-choice.ts';
import { measuredReport } from '../../src/punch/report/measured.ts';
import type { PunchReport } from '../../src/punch/report/report.ts';
import type { PunchResult } from '../../src/punch/result.ts';
import { type Context, defineCommand } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { createPunchProgress } from '../render/progress/punch.ts';
import { renderPunch } from '../render/punch-text.ts';
import { FAMILY_OPTIONS, familyOption } from './family-options.ts';

const NOTES = `\
If no direct path opens in time, the two peers are connected through a TURN
server: one that the rendezvous names, or one given by --turn. natcheck keeps
trying for a direct path, and switches to it when it opens. A relayed path is
never called anything else.

Exit codes: 0 a direct path, 5 a relayed path, 6 the peer did not come,
7 no path, 3 no server answers.`;

export const punch = defineCommand({
  name: 'punch',
  options: {
    peer: { type: 'string', demandOption: true, describe: 'Id of the peer, who runs the same command' },
    id: { type: 'string', describe: 'Your id', defaultDescription: 'the name of this host' },
    server: { type: 'string', describe: 'natcheck server, as HOST[:PORT] (env NATCHECK_SERVER)' },
    rendezvous: {
      type: 'string',
      describe: 'URL of the rendezvous',
      defaultDescription: 'wss://HOST:3480, or ws:// if it speaks no TLS',
    },
    room: { type: 'string', default: 'default', describe: 'Room in which the two peers meet' },
    token: { type: 'string', describe: 'Access token, if the server requires one (env NATCHECK_TOKEN)' },
    stun: {
      type: 'string',
      array: true,
      describe: 'Further STUN server, as HOST[:PORT], where the server has one address; can be repeated',
    },
    turn: {
      type: 'string',
      array: true,
      describe: 'TURN server: turn:HOST[:PORT][?transport=udp|tcp] or turns:…; can be repeated',
    },
    'turn-user': { type: 'string', describe: 'NAME:PASSWORD for the TURN server (env NATCHECK_TURN_USER)' },
    'direct-only': { type: 'boolean', describe: 'Use no relay' },
    'relay-only': { type: 'boolean', describe: 'Use only a relay, so that the peer does not learn where this host is' },
    ...FAMILY_OPTIONS,
    'no-port-mapping': { type: 'boolean', describe: 'Do not ask your router for a port (UPnP-IGD, PCP, NAT-PMP)' },
    wait: { type: 'number', default: PUNCH_WAIT_MS / 1000, describe: 'Seconds to wait for the peer' },
    json: { type: 'boolean', describe: 'Print one JSON object on stdout (schema natcheck.punch/1)' },
  },
  notes: NOTES,
  examples: [
    ['natcheck punch --id alice --peer bob --server stun.example.org', 'while bob runs the same with the ids swapped'],
  ],
  run: async (argv, context) => {
    const { stdout, signal, color, env } = context;
    const server = argv.server ?? env.NATCHECK_SERVER;
    if (!server) throw new UsageError('name the natcheck server where the two peers meet: --server or NATCHECK_SERVER');
    if (!(argv.wait > 0 && argv.wait <= 86_400))
      throw new UsageError('--wait takes a number of seconds, more than 0 and at most 86400');
    const mode = modeOf(argv);
    const turn = turnServers({ urls: argv.turn ?? [], user: argv['turn-user'] ?? env.NATCHECK_TURN_USER });
    using progress = await createPunchProgress(argv.peer, context);
    await using punched = await punchPeer({
      id: argv.id ?? hostname(),
      peer: argv.peer,
      server,
      rendezvous: argv.rendezvous,
      room: argv.room,
      token: argv.token ?? env.NATCHECK_TOKEN,
      turn,
      mode,
      stunServers: argv.stun,
      family: familyOption(argv),
      local: argv.local,
      portMapping: !argv['no-port-mapping'],
      waitMs: argv.wait * 1000,
      signal,
      onEvent: progress.show,
    });
    const { report, health } = await conclude(punched, { progress, signal });
    progress[Symbol.dispose]();
    const text = argv.json
      ? JSON.stringify({ ...report, health })
      : renderPunch({ report, health }, { color, columns: stdout.columns });
    stdout.write(`${text}\n`);
    return exitCodeOf(report);
  },
});

/** Gives a relayed path time to become direct, then measures the path that there is. */
async function conclude(
  { report, path, upgraded }: PunchResult,
  {
    progress,
    signal,
  }: Pick<Context, 'signal'> & { readonly progress: Awaited<ReturnType<typeof createPunchProgress>> },
): Promise<{ readonly report: PunchReport; readonly health: PathHealth | null }> {
  if (!path) return { report, health: null };
  progress.connected(report);
  const better = report.outcome === 'relayed' ? await upgraded : null;
  signal.throwIfAborted();
  if (better) progress.connected(better);
  const health = await measureHealth(path, signal);
  return { report: measuredReport(better ?? report, { health, pair: path.stats().pair }), health };
}

function modeOf(argv: {
  readonly 'direct-only'?: boolean | undefined;
  readonly 'relay-only'?: boolean | undefined;
}): PathMode {
  const [direct, relay] = [argv['direct-only'] === true, argv['relay-only'] === true];
  if (direct && relay) throw new UsageError('--direct-only and --relay-only together leave no path at all');
  if (direct) return 'direct-only';
  return relay ? 'relay-only' : 'any';
}

function turnServers({
  urls,
  user,
}: {
  readonly urls: readonly string[];
  readonly user: string | undefined;
}): readonly TurnServerChoice[] {
  if (urls.length === 0) return [];
  const [, username, password] = /^([^:]+):(.+)$/s.exec(user ?? '') ?? [];
  if (username === undefined || password === undefined) {
    throw new UsageError('--turn needs NAME:PASSWORD, from --turn-user or NATCHECK_TURN_USER');
  }
  return [{ urls, username, password }];
}

function exitCodeOf({ reason, outcome }: PunchReport): ExitCode {
  switch (reason) {
    case null:
      return outcome === 'relayed' ? EXIT.relayed : EXIT.ok;
    case 'no-peer':
      return EXIT.noPeer;
    case 'no-path':
    case 'no-relay':
    case 'path-lost':
      return EXIT.noPath;
    case 'rendezvous-refused':
      return EXIT.usage;
    case 'unknown-host':
    case 'dns-silent':
    case 'rendezvous-unreachable':
    case 'rendezvous-lost':
    case 'no-route':
    case 'udp-silent':
      return EXIT.noServer;
  }
}

/** Starts the user's program on a path: at the address and port of its socket, or behind a bridge. */
import { formatEndpoint } from '../../../src/endpoint.ts';
import { openBarePath } from '../../../src/punch/handover/bare-path.ts';
import { type Bridge, openBridge } from '../../../src/punch/handover/bridge.ts';
import { chooseHandOver, type HandOverChoice } from '../../../src/punch/handover/decide.ts';
import { explainEnd } from '../../../src/punch/path/end.ts';
import type { Measured } from '../../../src/punch/path/health.ts';
import type { Path } from '../../../src/punch/path/path.ts';
import type { PunchReport } from '../../../src/punch/report/report.ts';
import type { PathIntroduction, SolePunchResult } from '../../../src/punch/result.ts';
import type { Context } from '../../command.ts';
import { EXIT, type ExitCode } from '../../exit-code.ts';
import { runProgram } from './run-program.ts';

/** How long a program has to end by itself once its bridged path is over. */
const PATH_OVER_GRACE_MS = 5_000;

export interface HandOverParts extends Pick<Context, 'env' | 'signal' | 'takeSignals' | 'streams'> {
  readonly punched: Pick<SolePunchResult, 'handOver' | 'upgraded'>;
  /** This side's role in the introduction. */
  readonly role: PathIntroduction['role'];
  readonly path: Path;
  readonly report: PunchReport;
  readonly peerUse: Measured['peerUse'];
  readonly use: 'hand-over' | 'keep';
  /** The program and its arguments. */
  readonly words: readonly string[];
  /** Writes a line to stderr. */
  readonly say: (text: string) => void;
}

/** Runs the program to its end, and returns its exit code; or says why it is not started. */
export async function startOnPath(parts: HandOverParts): Promise<ExitCode> {
  const { use, peerUse, report } = parts;
  const choice = chooseHandOver({ use, peerUse, isRelayed: report.outcome === 'relayed' });
  switch (choice.kind) {
    case 'hand-over':
      return handOver(parts);
    case 'bridge':
      return bridge(parts);
    case 'bridge-bare':
      return bridgeBare(parts);
    case 'refuse':
      return refuse(choice.why, parts);
  }
}

async function handOver(parts: HandOverParts): Promise<ExitCode> {
  await using handed = await parts.punched.handOver();
  return await start(handed, parts);
}

async function bridge(parts: HandOverParts): Promise<ExitCode> {
  const { path, punched, say } = parts;
  await using bridged = await openBridge(path);
  const over = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let hasEnded = false;
  void path.closed.then((end) => {
    if (hasEnded) return;
    say(`the path is over: ${explainEnd(end)}; the program has ${PATH_OVER_GRACE_MS / 1000} s to end`);
    timer = setTimeout(() => over.abort(), PATH_OVER_GRACE_MS);
  });
  void punched.upgraded.then((better) => better && !hasEnded && say('the path is direct now'));
  try {
    const code = await start(bridged, parts, over.signal);
    return over.signal.aborted ? EXIT.noPath : code;
  } finally {
    hasEnded = true;
    clearTimeout(timer);
  }
}

async function bridgeBare(parts: HandOverParts): Promise<ExitCode> {
  await using handed = await parts.punched.handOver();
  await using bare = await openBarePath(handed);
  await using bridged = await openBridge(bare);
  parts.say(`${parts.report.peer} has handed its end over: nobody notices when it is gone`);
  return await start(bridged, parts);
}

async function start(
  { local, remote }: Pick<Bridge, 'local' | 'remote'>,
  { words, role, env, signal, takeSignals, streams, say }: HandOverParts,
  stop?: AbortSignal,
): Promise<ExitCode> {
  signal.throwIfAborted();
  say(`starting ${words[0]}: it has to bind ${formatEndpoint(local)}, and to send to ${formatEndpoint(remote)}`);
  const variables = {
    NATCHECK_LOCAL_ADDRESS: local.address,
    NATCHECK_LOCAL_PORT: `${local.port}`,
    NATCHECK_REMOTE_ADDRESS: remote.address,
    NATCHECK_REMOTE_PORT: `${remote.port}`,
    NATCHECK_ROLE: role,
  };
  try {
    const code = await runProgram({
      words,
      env: { ...env, ...variables },
      takeSignals,
      isOnTerminal: isTerminal(streams),
      stop,
      onUnreachable: () =>
        say(`natcheck: a signal for ${words[0]} could not be passed on, and it goes on: is it another user's?`),
    });
    // The exit code is that of the program, whatever it means.
    return code as ExitCode;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    return refuseProgram(`${error.code}`, { name: words[0] ?? '', say });
  }
}

/** Whether the process is in front of a terminal, as far as its outputs show. */
function isTerminal({ stdout, stderr }: Context['streams']): boolean {
  return [stdout, stderr].some((stream) => 'isTTY' in stream && stream.isTTY === true);
}

/** Says that the system does not start the program, with the system's code for that. */
export function refuseProgram(code: string, { name, say }: { readonly name: string } & Pick<HandOverParts, 'say'>) {
  if (code === 'ENOENT') {
    say(`natcheck: there is no program ${name}`);
    return EXIT.notFound;
  }
  say(`natcheck: ${name} cannot be started: ${code === 'EACCES' ? 'it may not be executed' : `[${code}]`}`);
  return EXIT.notExecutable;
}

function refuse(
  why: Extract<HandOverChoice, { readonly kind: 'refuse' }>['why'],
  { report: { peer }, words, say }: HandOverParts,
): ExitCode {
  const isNotStarted = `${words[0]} is not started`;
  switch (why) {
    case 'relayed':
      say(`natcheck: a relayed path cannot be handed over, so ${isNotStarted}: --keep on both sides bridges it`);
      return EXIT.relayed;
    case 'relayed-at-peer':
      say(`natcheck: ${peer} cannot be handed a relayed path, so ${isNotStarted}: it needs --keep as well`);
      return EXIT.relayed;
    case 'peer-measures':
      say(`natcheck: ${peer} has no program for the path and has closed it, so ${isNotStarted}: it needs -- CMD too`);
      return EXIT.noPeer;
  }
}

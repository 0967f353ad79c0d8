/**
 * The servers that relay on loopback, a bare forwarder among them, and the peer beyond them that sends every datagram back.
 */
import { fileURLToPath } from 'node:url';
import { createOwner } from '../../src/net/owner.ts';
import type { Coturn } from './coturn.ts';
import { pinnedTo } from './cpu.ts';
import { type Program, startProgram } from './program.ts';
import type { Framing } from './relay-load.ts';

const MAIN = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));
const FORWARDER = fileURLToPath(new URL('../peers/server/forward.ts', import.meta.url));
/** Below the ports that the system gives out. */
const PORTS = { peer: 27_111, natcheck: 27_121, coturn: 27_131, forwarder: 27_141 } as const;
/** The first of the ports that the forwarder relays from. */
const RELAYED_PORT = 27_151;
/** How many clients of each framing send through a server at once, each to a peer of its own; from these ports on. */
export const FLOWS = 12;
const FIRST_FLOW_PORT = { natcheck: 27_200, coturn: 27_300, forwarder: 27_400 } as const;
export const USER = { name: 'user', password: 'password' } as const;
export const PEER_PORT = PORTS.peer;
/** More than any of them relays in a second, so that no limit is measured. */
const BYTES_PER_SECOND = '4000000000';

/** Who sends through a server to whom. */
export interface Flow {
  readonly clientPort: number;
  readonly peerPort: number;
}

export interface RelayServer {
  readonly name: string;
  readonly port: number;
  readonly program: Program;
  /** The forwarder passes on what comes as it is, and knows its flows beforehand. */
  readonly speaks: 'TURN' | 'nothing';
  readonly flows: Readonly<Record<Framing, readonly Flow[]>>;
}

export interface RelayServers extends AsyncDisposable {
  readonly all: readonly RelayServer[];
}

/** @param cores those of the servers, and of the peer; null for any. */
export async function startRelays({
  coturn,
  cores,
}: {
  readonly coturn: Coturn;
  readonly cores: { readonly server: readonly number[]; readonly asker: readonly number[] } | null;
}): Promise<RelayServers> {
  await using owner = createOwner();
  const onCores = (which: readonly number[] | undefined, argv: readonly string[]): readonly string[] =>
    which ? pinnedTo(which, argv) : argv;
  const peer = [coturn.program('turnutils_peer'), '-v', '-L', '127.0.0.1', '-p', `${PORTS.peer}`];
  owner.use(await startProgram(onCores(cores?.asker, peer), { ready: /^/, env: coturn.env }));
  const start = async (which: keyof typeof FIRST_FLOW_PORT, command: Command): Promise<RelayServer> => {
    const program = owner.use(await startProgram(onCores(cores?.server, command.argv), command));
    const speaks = which === 'forwarder' ? 'nothing' : 'TURN';
    return { name: command.name, port: PORTS[which], program, speaks, flows: flowsOf(which) };
  };
  const all = [
    await start('coturn', coturnOn(coturn, PORTS.coturn)),
    await start('natcheck', natcheckOn(PORTS.natcheck)),
    await start('forwarder', forwarder()),
  ];
  const kept = owner.move();
  return { all, [Symbol.asyncDispose]: kept[Symbol.asyncDispose] };
}

function flowsOf(which: keyof typeof FIRST_FLOW_PORT): RelayServer['flows'] {
  const first = FIRST_FLOW_PORT[which];
  const from = (clientPort: number, peerPort: number): readonly Flow[] =>
    Array.from({ length: FLOWS }, (_, flow) => ({ clientPort: clientPort + flow, peerPort: peerPort + flow }));
  const channels = from(first, first + FLOWS);
  // The forwarder makes no difference between framings.
  const indications = which === 'forwarder' ? channels : from(first + 2 * FLOWS, first + 3 * FLOWS);
  return { channels, indications };
}

interface Command {
  readonly name: string;
  readonly argv: readonly string[];
  readonly ready: RegExp;
  readonly env?: Readonly<Record<string, string>>;
}

function natcheckOn(port: number): Command {
  const ports = ['--port', `${port}`, '--alt-port', `${port + 1}`, '--http-port', `${port + 2}`];
  const relay = ['--relay', '--relay-user', `${USER.name}:${USER.password}`, '--relay-allow-private'];
  const limits = ['--relay-max-bps', '--relay-source-bps', '--relay-total-bps'].flatMap((one) => [
    one,
    BYTES_PER_SECOND,
  ]);
  const quotas = ['user', 'source', 'total'].flatMap((whose) => [`--relay-${whose}-quota`, '10000']);
  return {
    name: 'natcheck',
    argv: [process.execPath, MAIN, 'serve', '--ip', '127.0.0.1', ...ports, ...relay, ...limits, ...quotas],
    ready: /^ready$/,
  };
}

/** One relay thread: nothing is gained by more on one core. */
function coturnOn({ program, env, version }: Coturn, port: number): Command {
  const where = ['-n', '-L', '127.0.0.1', '-p', `${port}`, '--alt-listening-port', `${port + 1}`, '-m', '1'];
  const what = ['--no-tls', '--no-dtls', '--no-cli', '--allow-loopback-peers', '--pidfile', '/dev/null'];
  const who = ['--lt-cred-mech', '-u', `${USER.name}:${USER.password}`, '-r', 'natcheck', '--log-file', 'stdout'];
  return {
    name: `coturn ${version}`,
    argv: [program('turnserver'), ...where, ...what, ...who],
    env,
    ready: /IO method/,
  };
}

function forwarder(): Command {
  const first = FIRST_FLOW_PORT.forwarder;
  const ports = [PORTS.forwarder, RELAYED_PORT, first, first + FLOWS, FLOWS].map(String);
  return { name: 'a forwarder in Node', argv: [process.execPath, FORWARDER, ...ports], ready: /^ready$/ };
}

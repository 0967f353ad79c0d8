/** The TURN servers that relay on loopback, and the peer beyond them that sends every datagram back. */
import { fileURLToPath } from 'node:url';
import { createOwner } from '../../src/net/owner.ts';
import type { Coturn } from './coturn.ts';
import { pinnedTo } from './cpu.ts';
import { type Program, startProgram } from './program.ts';

const MAIN = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));
/** Below the ports that the system gives out. */
const PORTS = { peer: 27_111, natcheck: 27_121, coturn: 27_131 } as const;
export const USER = { name: 'user', password: 'password' } as const;
export const PEER_PORT = PORTS.peer;
/** More than any of them relays in a second, so that no limit is measured. */
const BYTES_PER_SECOND = '4000000000';

export interface RelayServer {
  readonly name: string;
  readonly port: number;
  readonly program: Program;
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
  const start = async (name: string, port: number, command: Command): Promise<RelayServer> => {
    const argv = onCores(cores?.server, command.argv);
    return { name, port, program: owner.use(await startProgram(argv, command)) };
  };
  const all = [
    await start(`coturn ${coturn.version}`, PORTS.coturn, coturnOn(coturn, PORTS.coturn)),
    await start('natcheck', PORTS.natcheck, natcheckOn(PORTS.natcheck)),
  ];
  const kept = owner.move();
  return { all, [Symbol.asyncDispose]: kept[Symbol.asyncDispose] };
}

interface Command {
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
    argv: [process.execPath, MAIN, 'serve', '--ip', '127.0.0.1', ...ports, ...relay, ...limits, ...quotas],
    ready: /^ready$/,
  };
}

/** One relay thread: nothing is gained by more on one core. */
function coturnOn({ program, env }: Coturn, port: number): Command {
  const where = ['-n', '-L', '127.0.0.1', '-p', `${port}`, '--alt-listening-port', `${port + 1}`, '-m', '1'];
  const what = ['--no-tls', '--no-dtls', '--no-cli', '--allow-loopback-peers', '--pidfile', '/dev/null'];
  const who = ['--lt-cred-mech', '-u', `${USER.name}:${USER.password}`, '-r', 'natcheck', '--log-file', 'stdout'];
  return { argv: [program('turnserver'), ...where, ...what, ...who], env, ready: /IO method/ };
}

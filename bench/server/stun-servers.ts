/** The servers that are asked for Bindings, on loopback. */
import { fileURLToPath } from 'node:url';
import { createOwner } from '../../src/net/owner.ts';
import type { Coturn } from './coturn.ts';
import { pinnedTo } from './cpu.ts';
import { type Program, startProgram } from './program.ts';

const MAIN = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));
const ECHO = fileURLToPath(new URL('../peers/server/echo.ts', import.meta.url));
/** Below the ports that the system gives out. */
const PORTS = { echo: 27_011, natcheck: 27_021, coturn: 27_031 } as const;

export interface StunServer {
  readonly name: string;
  readonly port: number;
  readonly program: Program;
}

export interface StunServers extends AsyncDisposable {
  readonly all: readonly StunServer[];
}

/** @param cores those that each may run on; null for any. */
export async function startServers({
  coturn,
  cores,
}: {
  readonly coturn: Coturn | null;
  readonly cores: readonly number[] | null;
}): Promise<StunServers> {
  await using owner = createOwner();
  const start = async (name: string, port: number, command: Command): Promise<StunServer> => {
    const argv = cores === null ? command.argv : pinnedTo(cores, command.argv);
    return { name, port, program: owner.use(await startProgram(argv, command)) };
  };
  const all = [
    await start('echo', PORTS.echo, { argv: [process.execPath, ECHO, `${PORTS.echo}`], ready: /ready/ }),
    await start('natcheck', PORTS.natcheck, natcheckOn(PORTS.natcheck)),
    ...(coturn ? [await start(`coturn ${coturn.version}`, PORTS.coturn, coturnOn(coturn, PORTS.coturn))] : []),
  ];
  const kept = owner.move();
  return { all, [Symbol.asyncDispose]: kept[Symbol.asyncDispose] };
}

interface Command {
  readonly argv: readonly string[];
  readonly ready: RegExp;
  readonly env?: Readonly<Record<string, string>>;
}

/** With two addresses, so that its replies have all that they can have. */
function natcheckOn(port: number): Command {
  const ports = ['--port', `${port}`, '--alt-port', `${port + 1}`, '--http-port', `${port + 2}`];
  return {
    argv: [process.execPath, MAIN, 'serve', '--ip', '127.0.0.1', '--ip', '127.0.0.2', ...ports],
    ready: /^ready$/,
  };
}

/** One relay thread: nothing is gained by more on one core. */
function coturnOn({ program, env }: Coturn, port: number): Command {
  const where = ['-n', '-L', '127.0.0.1', '-p', `${port}`, '--alt-listening-port', `${port + 1}`, '-m', '1'];
  const what = ['--no-tls', '--no-dtls', '--no-cli', '--stun-only', '--log-file', 'stdout', '--pidfile', '/dev/null'];
  return { argv: [program('turnserver'), ...where, ...what], env, ready: /IO method/ };
}

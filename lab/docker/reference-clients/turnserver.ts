/** coturn's `turnserver`, for behaviour discovery on two addresses, and as a TURN server (coturn 4.6.1). */
import type { Program } from '../container/container.ts';
import type { LabServer } from '../lab.ts';

/** Starts it in the lab's server, on ports 3478 and 3479 of both addresses; it listens when this resolves. */
export async function startTurnserver(server: LabServer): Promise<Program> {
  return start(server, ['--no-tls']);
}

export interface TurnserverRelayOptions {
  /** `USER:PASSWORD`: its one user, with long-term credentials. */
  readonly user?: string;
  /** The secret of time-limited credentials, in place of a user. */
  readonly secret?: string;
  /** In PEM. With it, the server also speaks TLS, on port 5349. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Addresses to which it does not relay. */
  readonly deniedPeers?: readonly string[];
  readonly maxLifetimeS?: number;
  /** The time after which a nonce is stale. */
  readonly nonceS?: number;
  /** How many allocations a user may have. */
  readonly quota?: number;
}

const CERT = '/run/turnserver-cert.pem';
const KEY = '/run/turnserver-key.pem';

/** Starts it as a relay of realm `lab`, over UDP, TCP and, with a certificate, TLS; its lines report every session. */
export async function startTurnserverRelay(server: LabServer, options: TurnserverRelayOptions): Promise<Program> {
  const { user, secret, tls, deniedPeers = [], maxLifetimeS, nonceS, quota } = options;
  if (tls) await writeFiles(server, { [CERT]: tls.cert, [KEY]: tls.key });
  const valued = (name: string, value: string | number | undefined): readonly string[] =>
    value === undefined ? [] : [`--${name}=${value}`];
  const program = await start(server, [
    '--verbose',
    ...['--fingerprint', '--realm', 'lab', '--relay-ip', server.primary],
    ...(secret === undefined ? ['--lt-cred-mech'] : ['--use-auth-secret', '--static-auth-secret', secret]),
    ...valued('user', user),
    ...(tls ? ['--tls-listening-port', '5349', '--cert', CERT, '--pkey', KEY] : ['--no-tls']),
    ...deniedPeers.flatMap((address) => valued('denied-peer-ip', address)),
    ...valued('max-allocate-lifetime', maxLifetimeS),
    ...valued('stale-nonce', nonceS),
    ...valued('user-quota', quota),
  ]);
  await program.line(/DB connection success/); // It does not know its credentials before this.
  return program;
}

async function start(server: LabServer, options: readonly string[]): Promise<Program> {
  const program = await server.start([
    'turnserver',
    '-n',
    ...['-L', server.primary, '-L', server.alternate],
    ...['--listening-port', '3478', '--alt-listening-port', '3479'],
    ...['--no-dtls', '--no-cli', '--log-file', 'stdout'],
    ...options,
  ]);
  await program.line(/Total General servers/); // Said after the last listener has been opened.
  return program;
}

async function writeFiles(server: LabServer, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    const { exitCode, stderr } = await server.exec(['sh', '-c', 'printf %s "$1" > "$2"', 'sh', content, path]);
    if (exitCode !== 0) throw new Error(`${path} is not written: ${stderr}`);
  }
}

/** `natcheck detect`: finds out what NAT this machine is behind. */
import { DETECT_TIMEOUT_MS } from '../../src/detect/timeout.ts';
import { DEFAULT_HTTP_PORT } from '../../src/endpoint.ts';
import { UsageError } from '../../src/errors.ts';
import type { DetectReport, FamilyReport } from '../../src/nat/report.ts';
import { type Context, defineCommand } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { createLifetimeProgress, type LifetimeOutput } from '../render/progress/lifetime.ts';
import { withSpinner } from '../render/progress/spinner.ts';
import { familyOption } from './options/family-options.ts';

/** Half a minute, a minute and the two minutes of RFC 4787 REQ-5 are told apart within it. */
const LIFETIME_MAX_S = 180;

export const detect = defineCommand({
  name: 'detect',
  options: {
    server: {
      type: 'string',
      array: true,
      describe: 'STUN server with two addresses, as HOST[:PORT]; repeat to ask several (env NATCHECK_SERVER)',
    },
    json: { type: 'boolean', describe: 'Print one JSON object on stdout (schema natcheck.detect/1)' },
    timeout: {
      type: 'number',
      default: DETECT_TIMEOUT_MS,
      describe: 'Milliseconds after which whatever is still unknown is reported as undetermined',
    },
    local: {
      type: 'string',
      describe: 'IP address of the interface to use',
      defaultDescription: 'the one that routes to the server',
    },
    'http-port': {
      type: 'number',
      default: DEFAULT_HTTP_PORT,
      describe: 'TCP port of the server, tried when UDP is silent',
    },
    hairpin: {
      type: 'boolean',
      describe: 'Also test whether two hosts behind the NAT can reach each other by their public endpoints',
    },
    lifetime: {
      type: 'string',
      requiresArg: false,
      describe: `Also measure how long an idle mapping lasts, up to this many seconds (default ${LIFETIME_MAX_S})`,
    },
    router: {
      type: 'boolean',
      describe:
        'Also ask your router whether it maps ports, and find out whether there is another NAT beyond it (up to 2 s)',
    },
    4: { type: 'boolean', describe: 'Detect over IPv4 only (default: both IP versions at once)' },
    6: { type: 'boolean', describe: 'Detect over IPv6 only' },
    verbose: { type: 'boolean', describe: 'Show every probe as evidence' },
  },
  examples: [
    ['natcheck detect', 'ask well-known public servers'],
    ['natcheck detect --server stun.example.org --verbose', 'ask one server, and show every probe'],
  ],
  run: async (argv, context) => {
    const { stdout, signal, color, env } = context;
    const servers = argv.server ?? (env.NATCHECK_SERVER ? [env.NATCHECK_SERVER] : undefined);
    const family = familyOption(argv);
    const lifetimeMaxS = lifetimeMax(argv.lifetime);
    const [{ detect: detectNat }, { renderDetectReport }] = await Promise.all([
      import('../../src/detect/detect.ts'),
      import('../render/detect-text.ts'),
    ]);
    const report = await watched(lifetimeMaxS, context, (onLifetimeProgress) =>
      detectNat({
        servers,
        timeoutMs: wholeNumber('timeout', argv.timeout, { min: 1, max: 600_000 }),
        local: argv.local,
        family,
        httpPort: wholeNumber('http-port', argv['http-port'], { min: 1, max: 65_535 }),
        hairpin: argv.hairpin,
        router: argv.router,
        lifetimeMaxS,
        onLifetimeProgress,
        signal,
      }),
    );
    const text = argv.json
      ? JSON.stringify(report)
      : renderDetectReport(report, { color, verbose: argv.verbose ?? false, columns: stdout.columns });
    stdout.write(`${text}\n`);
    return exitCodeOf(report);
  },
});

/** Shows that the work is going on, and for the long test how far it is. */
async function watched(
  lifetimeMaxS: number | undefined,
  context: Context,
  work: (onLifetimeProgress?: LifetimeOutput['show']) => Promise<DetectReport>,
): Promise<DetectReport> {
  if (lifetimeMaxS === undefined) return withSpinner('finding out what NAT this host is behind', context, work());
  using progress = await createLifetimeProgress(lifetimeMaxS, context);
  return await work(progress.show);
}

function lifetimeMax(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (text === '') return LIFETIME_MAX_S;
  return wholeNumber('lifetime', Number(text), { min: 1, max: 3600 });
}

function wholeNumber(
  name: string,
  value: number,
  { min, max }: { readonly min: number; readonly max: number },
): number {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new UsageError(`--${name} takes a whole number from ${min} to ${max}`);
  }
  return value;
}

/** One IP version with a verdict is enough: peers meet over either. */
function exitCodeOf({ ipv6, ...report }: DetectReport): ExitCode {
  const codes = [report, ...(ipv6 ? [ipv6] : [])].map(exitCodeOfFamily);
  return codes.find((code) => code === EXIT.ok) ?? codes.find((code) => code === EXIT.inconclusive) ?? EXIT.noServer;
}

function exitCodeOfFamily({ verdict }: FamilyReport): ExitCode {
  if (verdict.type === 'udp-blocked') return EXIT.noServer;
  switch (verdict.reason) {
    case null:
      return EXIT.ok;
    case 'unknown-host':
    case 'dns-silent':
    case 'no-route':
    case 'no-answer':
    case 'cut-short':
      return EXIT.noServer;
    default:
      return EXIT.inconclusive;
  }
}

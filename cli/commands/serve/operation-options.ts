/** The options of a server that runs for months: its log, its metrics, and how it ends. */
import type { InferredOptionTypes } from 'yargs';
import type { LogOptions, OperationOptions, ServerLog } from '../../../server/index.ts';
import type { Endpoint } from '../../../src/endpoint.ts';
import { UsageError } from '../../../src/errors.ts';
import { type Context, grouped } from '../../command.ts';

/** The longest that a drain may take. */
const DRAIN_MAX_S = 86_400;

export const OPERATION_OPTIONS = grouped('Operation:', {
  'metrics-listen': {
    type: 'string',
    describe: 'Also serve /metrics, /healthz and /readyz over plain HTTP at PORT of 127.0.0.1, or at ADDRESS:PORT',
  },
  'log-level': {
    choices: ['error', 'warn', 'info', 'debug'],
    default: 'info',
    describe: 'What is logged to stderr: debug has every connection',
  },
  'log-format': { choices: ['text', 'json'], default: 'text', describe: 'How it is written' },
  'log-addresses': { type: 'boolean', describe: 'Log the addresses of users too' },
  drain: {
    type: 'number',
    default: 0,
    describe: 'On SIGTERM take on nothing new, and end when nobody is left or after that many seconds',
  },
} as const);

type OperationArguments = InferredOptionTypes<typeof OPERATION_OPTIONS>;

/** What the server is told of them. @throws UsageError when one makes no sense. */
export function operationOptions(
  argv: OperationArguments,
  { stderr, createLog }: Pick<Context, 'stderr'> & { readonly createLog: (options: LogOptions) => ServerLog },
): OperationOptions & { readonly log: ServerLog; readonly drainMs: number } {
  const { drain, 'metrics-listen': listen } = argv;
  if (!(drain >= 0 && drain <= DRAIN_MAX_S)) {
    throw new UsageError(`--drain takes a number of seconds, at most ${DRAIN_MAX_S}`);
  }
  const log = createLog({
    level: argv['log-level'],
    format: argv['log-format'],
    addresses: argv['log-addresses'] === true,
    write: (line) => stderr.write(line),
    timestamp: () => new Date().toISOString(),
  });
  return { log, drainMs: drain * 1000, ...(listen !== undefined && { metricsListen: endpointOf(listen) }) };
}

function endpointOf(text: string): Endpoint {
  const [, bracketed, plain, port] = /^(?:(?:\[([\da-f:.]+)\]|([\d.]+)):)?(\d{1,5})$/i.exec(text) ?? [];
  if (port === undefined) {
    throw new UsageError(`--metrics-listen takes PORT, ADDRESS:PORT or [ADDRESS]:PORT, not '${text}'`);
  }
  return { address: bracketed ?? plain ?? '127.0.0.1', port: Number(port) };
}

/** A command's surroundings: its options, signals, and what becomes of what it throws. */
import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { type Commands, type Context, defineCommand } from '../../cli/command.ts';
import { EXIT } from '../../cli/exit-code.ts';
import { type Host, run } from '../../cli/run.ts';
import { UsageError } from '../../src/errors.ts';

interface Seen {
  argv?: Readonly<Record<string, unknown>>;
  context?: Context;
}

interface HostOptions {
  readonly tty?: boolean;
  readonly columns?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** A process with terminals, whose stderr is kept. */
function createHost({ tty = true, columns = 80, env = {} }: HostOptions = {}) {
  const written: string[] = [];
  const stream = { isTTY: tty, columns, write: (text: string) => written.push(text) };
  const host = Object.assign(new EventEmitter(), { stdout: stream, stderr: stream, env }) as unknown as Host;
  return { host, signals: host as unknown as EventEmitter, written };
}

/** One command, `look`, that does what `act` says, and takes a program. */
function lookCommand(
  act: (context: Context) => Promise<void> = async () => {},
  { takesProgram = true } = {},
): { commands: Commands; seen: Seen } {
  const seen: Seen = {};
  const look = defineCommand({
    name: 'look',
    takesProgram,
    arguments: '<where> [when]',
    positionals: { where: { type: 'string' } },
    options: {
      server: { type: 'string', array: true },
      json: { type: 'boolean' },
      ipv4: { type: 'boolean', alias: '4' },
      'wait-ms': { type: 'number', default: 5 },
      mode: { choices: ['fast', 'slow'] as const },
    },
    async run(argv, context) {
      Object.assign(seen, { argv, context });
      await act(context);
      return EXIT.inconclusive;
    },
  });
  return { seen, commands: { look: { summary: 'Look', load: async () => look } } };
}

describe('a command', () => {
  it('gets its options and gives its exit code', async () => {
    const { commands, seen } = lookCommand();
    const words = ['look', 'here', '--server', 'a', '--server', 'b', '-4', '--wait-ms', '7'];
    expect(await run(words, { host: createHost().host, commands })).toEqual({ kind: 'exit', code: 4 });
    expect(seen.argv).toMatchObject({ where: 'here', server: ['a', 'b'], ipv4: true, 'wait-ms': 7 });
    expect(seen.argv?.json).toBeUndefined();
  });

  it('gets the words of a program as they are written', async () => {
    const { commands, seen } = lookCommand();
    await run(['look', 'here', '--', 'seq', '1e3', '0x10'], { host: createHost().host, commands });
    expect(seen.argv?._).toEqual(['look', 'seq', '1e3', '0x10']);
  });

  it('that starts no program refuses one, in place of doing something else', async () => {
    const { commands, seen } = lookCommand(undefined, { takesProgram: false });
    const { host, written } = createHost();
    expect(await run(['look', 'here', '--', 'there'], { host, commands })).toEqual({ kind: 'exit', code: EXIT.usage });
    expect(written).toEqual(['natcheck: there follows --, but natcheck look starts no program: leave -- out\n']);
    expect(seen.argv).toBeUndefined();
  });

  it('that cannot do without words, given none, shows its help', async () => {
    const { commands, seen } = lookCommand();
    const { host, written } = createHost();
    expect(await run(['look'], { host, commands })).toEqual({ kind: 'exit', code: 0 });
    expect(written.join('')).toMatch(/^natcheck look <where> \[when\]\n/);
    expect(seen.argv).toBeUndefined();
  });

  it('is not loaded for another', async () => {
    const { commands } = lookCommand();
    const never = { summary: 'Never', load: () => Promise.reject(new Error('loaded')) };
    const both = { ...commands, never };
    expect(await run(['look', 'here'], { host: createHost().host, commands: both })).toMatchObject({ kind: 'exit' });
    expect(await run(['--help'], { host: createHost().host, commands: both })).toMatchObject({ kind: 'exit', code: 0 });
  });

  it.each([
    [['look', '--json'], /Not enough non-option arguments/],
    [['look', 'a', 'b', 'c'], /Unknown argument: c/],
    [['look', 'here', '--wait-ms', '1', '--wait-ms', '2'], /--wait-ms is given twice/],
    [['look', 'here', '--mode', 'idle'], /^natcheck: Invalid values: Argument: mode, Given: "idle", Choices: .*\n$/],
  ])('is not run by %j', async (words, line) => {
    const { commands, seen } = lookCommand();
    const { host, written } = createHost({ columns: 200 });
    expect(await run(words, { host, commands })).toEqual({ kind: 'exit', code: EXIT.usage });
    expect(written.join('')).toMatch(line);
    expect(seen.argv).toBeUndefined();
  });

  it('that finds itself used wrongly ends with a line and 2', async () => {
    const { commands } = lookCommand(async () => {
      throw new UsageError('not there');
    });
    const { host, written } = createHost();
    expect(await run(['look', 'here'], { host, commands })).toEqual({ kind: 'exit', code: 2 });
    expect(written).toEqual(['natcheck: not there\n']);
  });

  it('that throws anything else has a bug', async () => {
    const error = new TypeError('boom');
    const { commands } = lookCommand(() => Promise.reject(error));
    expect(await run(['look', 'here'], { host: createHost().host, commands })).toEqual({ kind: 'bug', error });
  });
});

describe.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s', (signal) => {
  it('aborts the command, and leaves the next signal to the system', async () => {
    const { host, signals } = createHost();
    const { commands } = lookCommand(async (context) => {
      signals.emit(signal);
      expect(context.signal.aborted).toBe(true);
      expect(signals.eventNames()).toEqual([]);
    });
    expect(await run(['look', 'here'], { host, commands })).toEqual({ kind: 'exit', code: 4 });
  });

  it('ends the process by itself when the command gives up for it', async () => {
    const { host, signals } = createHost();
    const { commands } = lookCommand(async (context) => {
      signals.emit(signal);
      context.signal.throwIfAborted();
    });
    expect(await run(['look', 'here'], { host, commands })).toEqual({ kind: 'interrupted', signal });
  });

  it("is the command's as often as it comes, if that wants it, and aborts afterwards", async () => {
    const { host, signals } = createHost();
    const taken: string[] = [];
    const { commands } = lookCommand(async (context) => {
      const registration = context.takeSignals((name) => taken.push(name));
      signals.emit(signal);
      signals.emit(signal);
      expect([taken, context.signal.aborted]).toEqual([[signal, signal], false]);
      registration[Symbol.dispose]();
      signals.emit(signal);
      expect([taken.length, context.signal.aborted]).toEqual([2, true]);
    });
    expect(await run(['look', 'here'], { host, commands })).toEqual({ kind: 'exit', code: 4 });
  });

  it('aborts the command that passes it on, and leaves the next one to the system', async () => {
    const { host, signals } = createHost();
    const { commands } = lookCommand(async (context) => {
      context.takeSignals(() => 'pass');
      signals.emit(signal);
      expect([context.signal.aborted, signals.eventNames()]).toEqual([true, []]);
    });
    expect(await run(['look', 'here'], { host, commands })).toEqual({ kind: 'exit', code: 4 });
  });
});

describe('colour and spinners', () => {
  it("are not turned off by a program's own words", async () => {
    const { commands, seen } = lookCommand();
    await run(['look', 'here', '--', 'program', '--no-color'], { host: createHost().host, commands });
    expect(seen.context?.color).toBe(true);
  });

  it.each([
    ['a terminal', {}, [], true],
    ['a pipe', { tty: false }, [], false],
    ['NO_COLOR', { env: { NO_COLOR: '1' } }, [], false],
    ['an empty NO_COLOR', { env: { NO_COLOR: '' } }, [], true],
    ['a dumb terminal', { env: { TERM: 'dumb' } }, [], false],
    ['--no-color', {}, ['--no-color'], false],
  ])('for %s', async (_name, host, words, expected) => {
    const { commands, seen } = lookCommand();
    await run(['look', 'here', ...words], { host: createHost(host).host, commands });
    expect([seen.context?.color, seen.context?.spinner]).toEqual([expected, expected]);
  });

  it('turns no spinner on a terminal without width, which has colour all the same', async () => {
    const { commands, seen } = lookCommand();
    await run(['look', 'here'], { host: createHost({ columns: 0 }).host, commands });
    expect([seen.context?.color, seen.context?.spinner]).toEqual([true, false]);
  });
});

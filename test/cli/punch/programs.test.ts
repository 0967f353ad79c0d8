/** The user's program: where it is found, and how it is run. */
import { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Context, Signal } from '../../../cli/command.ts';
import { findProgram } from '../../../cli/commands/punch/find-program.ts';
import { type ProgramOptions, runProgram } from '../../../cli/commands/punch/run-program.ts';

describe('a program', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'natcheck-test-'));
    await mkdir(join(dir, 'folder'));
    await writeFile(join(dir, 'text'), 'no program');
    await writeFile(join(dir, 'program'), '#!/bin/sh\n');
    await chmod(join(dir, 'program'), 0o755);
  });
  afterAll(() => rm(dir, { recursive: true }));

  it.each([
    ['program', null],
    ['text', 'EACCES'],
    ['folder', 'EACCES'],
    ['nothing', 'ENOENT'],
  ])('named %s in a folder of PATH or by its place: %s', async (name, refusal) => {
    expect(await findProgram(name, `/nowhere:${dir}`)).toBe(refusal);
    expect(await findProgram(join(dir, name), '')).toBe(refusal);
  });

  it('is looked for in the folders of the system where PATH is not set', async () => {
    expect(await findProgram('sh')).toBeNull();
  });
});

/** The frame's signals, which a test sends by name. */
function signals(): { readonly takeSignals: Context['takeSignals']; readonly send: (signal: Signal) => void } {
  const events = new EventEmitter();
  return {
    takeSignals: (take) => {
      events.on('signal', take);
      return { [Symbol.dispose]: () => void events.off('signal', take) };
    },
    send: (signal) => void events.emit('signal', signal),
  };
}

const NODE = [process.execPath, '-e'] as const;
/** Tells its parent that it listens, by SIGUSR2, and ends by a code of its own on SIGINT. */
const WAITS = `
  process.on('SIGINT', () => process.exit(40));
  process.kill(process.ppid, 'SIGUSR2');
  setInterval(() => {}, 1000);`;

const optionsOf = (words: readonly string[], more: Partial<ProgramOptions> = {}): ProgramOptions => ({
  ...{ words, env: process.env, takeSignals: signals().takeSignals, isOnTerminal: false, onUnreachable: () => {} },
  ...more,
});

/** Runs the program that waits, and acts once it does. */
async function untilWaits(more: Partial<ProgramOptions>, act: () => void): Promise<number> {
  process.once('SIGUSR2', act);
  return runProgram(optionsOf([...NODE, WAITS], more));
}

describe('the exit code', () => {
  it('is that of the program', async () => {
    expect(
      await runProgram(optionsOf([...NODE, 'process.exit(Number(process.env.CODE))'], { env: { CODE: '3' } })),
    ).toBe(3);
  });

  it('is 128 + n where signal n has ended it', async () => {
    const { takeSignals, send } = signals();
    expect(await untilWaits({ takeSignals }, () => send('SIGTERM'))).toBe(143);
  });

  it('is that of a program which minds a SIGINT that no terminal has sent', async () => {
    const { takeSignals, send } = signals();
    expect(await untilWaits({ takeSignals }, () => send('SIGINT'))).toBe(40);
  });

  it('is not changed by a SIGINT of a terminal, which has told the program itself', async () => {
    const { takeSignals, send } = signals();
    const act = (): void => {
      send('SIGINT');
      send('SIGHUP');
    };
    expect(await untilWaits({ takeSignals, isOnTerminal: true }, act)).toBe(129);
  });

  it('is that of a program which may not be sent signals, and so goes on until it ends by itself', async () => {
    const { takeSignals, send } = signals();
    const kill = vi.spyOn(ChildProcess.prototype, 'kill').mockImplementation(function (this: ChildProcess, signal) {
      // So does Node where the system answers EPERM.
      this.emit('error', Object.assign(new Error('kill EPERM'), { code: 'EPERM', syscall: 'kill' }));
      // The program ends after the second one, by itself.
      if (signal === 'SIGHUP') process.kill(this.pid ?? 0, 'SIGINT');
      return false;
    });
    let refused = 0;
    const act = (): void => {
      send('SIGTERM');
      send('SIGHUP');
    };
    try {
      const onUnreachable = (): void => void refused++;
      expect(await untilWaits({ takeSignals, onUnreachable }, act)).toBe(40);
    } finally {
      kill.mockRestore();
    }
    expect(refused).toBe(1);
  });

  it('is that of SIGKILL where a program that is stopped does not end', async () => {
    const stop = new AbortController();
    const deaf = "process.on('SIGTERM', () => {}); process.kill(process.ppid, 'SIGUSR2'); setInterval(() => {}, 1000)";
    process.once('SIGUSR2', () => stop.abort());
    expect(await runProgram(optionsOf([...NODE, deaf], { stop: stop.signal, stopGraceMs: 50 }))).toBe(137);
  });

  it('is that of a program which is stopped', async () => {
    const stop = new AbortController();
    expect(await untilWaits({ stop: stop.signal }, () => stop.abort())).toBe(143);
  });
});

it('a program that is not there is an error of the system', async () => {
  await expect(runProgram(optionsOf(['/nowhere/program']))).rejects.toMatchObject({ code: 'ENOENT' });
});

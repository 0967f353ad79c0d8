/** `natcheck punch` on a terminal: what it ends with, and whose a Ctrl-C is while a program has the path. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type NatcheckServer, startServer } from '../../../server/index.ts';
import { natcheck } from '../natcheck.ts';
import { NO_TERMINAL, onTerminal } from '../terminal/terminal.ts';

/** Counts how often it is interrupted, and ends with that at the second time. */
const COUNTS = `
  let count = 0;
  process.on('SIGINT', () => {
    count++;
    console.log('interrupted ' + count);
    if (count === 2) process.exit(42);
  });
  console.log('running');
  setInterval(() => {}, 1000);`;

/** Beyond what a punch takes on a busy machine. */
const TIMEOUT_MS = 120_000;

describe.skipIf(NO_TERMINAL !== null).concurrent('on a terminal, natcheck punch', { timeout: TIMEOUT_MS }, () => {
  let server: NatcheckServer;
  let where: readonly string[];
  beforeAll(async () => {
    server = await startServer({ ip: ['127.0.0.1', '127.0.0.2'], port: 0, altPort: 0, httpPort: 0 });
    where = ['--server', `127.0.0.1:${server.addresses[0]?.port}`, '--rendezvous', `ws://127.0.0.1:${server.httpPort}`];
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it('ends by naming what such a path can be used for', async () => {
    const words = ['punch', ...where, '--room', 'hint'];
    await using alice = await onTerminal([...words, '--id', 'alice', '--peer', 'bob'], { columns: 400 });
    await natcheck([...words, '--id', 'bob', '--peer', 'alice']);
    expect(await alice.ended).toEqual({ code: 0, signal: null });
    expect(alice.shown()).toMatch(
      /probes lost\r\nTo use such a path: natcheck pipe joins stdin and stdout, .* -- CMD hands it to a program of yours\.\r\n[^\n]*$/,
    );
  });

  it('leaves every Ctrl-C to the program, and has its exit code', async () => {
    const words = ['punch', ...where, '--room', 'interrupted'];
    const program = ['--', process.execPath, '-e', COUNTS];
    await using alice = await onTerminal([...words, '--id', 'alice', '--peer', 'bob', ...program]);
    await natcheck([...words, '--id', 'bob', '--peer', 'alice', '--', 'true']);
    await alice.shows(/running/);
    alice.type('\x03');
    await alice.shows(/interrupted 1/);
    alice.type('\x03');
    expect(await alice.ended).toEqual({ code: 42, signal: null });
    expect(alice.shown()).toContain('interrupted 2');
  });
});

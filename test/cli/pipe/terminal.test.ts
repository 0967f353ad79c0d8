/** What `natcheck pipe` shows on a terminal: the line for the other machine with its QR code, how it goes, and nothing left behind. */
import { expect, it } from 'vitest';
import { startServer } from '../../../server/index.ts';
import { HOST } from '../../net/rendezvous/peers.ts';
import { startPipe, textOf } from '../pipes.ts';
import { NO_TERMINAL, onTerminal } from '../terminal/terminal.ts';

it('shows the line and its QR code, counts down, and then how the bytes go, until the peer writes to the terminal', {
  skip: NO_TERMINAL !== null,
  timeout: 60_000,
}, async () => {
  await using server = await startServer({ ip: [HOST, '127.0.0.2'], port: 0, altPort: 0, httpPort: 0 });
  const rendezvous = ['--rendezvous', `ws://${HOST}:${server.httpPort}`, '--no-port-mapping'];
  const where = ['--server', `${HOST}:${server.addresses[0]?.port}`, ...rendezvous];
  await using alice = await onTerminal(['pipe', ...where], { columns: 120 });
  await alice.shows(/waiting for the other side, \d+ s left/);
  expect(alice.shown()).toMatch(/[█▀▄]{10}/);
  const [, code = ''] = /natcheck pipe (\S+)/.exec(alice.shown()) ?? [];
  await using bob = startPipe([code, ...rendezvous]);
  await alice.shows(/connected to the other side directly, encrypted end to end/);
  await alice.shows(/direct, [\d.]+ ms {2}↑ 0 B\/s {2}↓ 0 B\/s {2}0 B sent, 0 B received/);
  bob.stdin.end('hello from bob\n');
  await alice.shows(/hello from bob/);
  // The end of the input on a terminal.
  alice.type('hi\n\u0004');
  expect(await textOf(bob)).toBe('hi\n');
  expect(await alice.ended).toEqual({ code: 0, signal: null });
});

/** How commands end on a terminal: by Ctrl-C, by a signal, by its closing; with nothing left behind. */
import { randomInt } from 'node:crypto';
import { expect, it } from 'vitest';
import type { NatcheckServer } from '../../server/index.ts';
import { PORT_CONTROL_PORT } from '../../src/port-mapping/gateway.ts';
import { startFakeServer } from '../net/fake-server.ts';
import { HOST, join, ROOM, startTestServer } from '../net/rendezvous/peers.ts';
import { type FakeNatPmp, goodAnswer, startFakeNatPmp } from '../port-mapping/fake-nat-pmp.ts';
import { SOURCE_MAIN } from './natcheck.ts';
import { NO_TERMINAL, onTerminal, type TerminalProgram } from './terminal/terminal.ts';

if (NO_TERMINAL !== null) process.stderr.write(`no test of a terminal: ${NO_TERMINAL}\n`);

const GATEWAY = new URL('terminal/gateway.ts', import.meta.url).href;
/** The spinner alone says it. */
const SPINNING = /waiting for bob/;
const CTRL_C = '\u0003';

/** A NAT-PMP request to map, or to take back (RFC 6886 §3.3, §3.4): version, op 1 for UDP; the lifetime comes last. */
const isMap = (request: Buffer): boolean => request[1] === 1 && request.readUInt32BE(8) > 0;
const isRemoval = (request: Buffer): boolean => request[1] === 1 && request.readUInt32BE(8) === 0;

/** Alice waits for Bob: joined, with an allocation at the relay and a port of the router, the spinner turning. */
async function aliceWaits(server: NatcheckServer, router: FakeNatPmp): Promise<TerminalProgram> {
  const where = ['--server', `${HOST}:${server.addresses[0]?.port}`, '--rendezvous', `ws://${HOST}:${server.httpPort}`];
  const who = ['--id', 'alice', '--peer', 'bob', '--room', ROOM, '--token', 'secret'];
  const alice = await onTerminal(['punch', ...where, ...who], {
    env: {
      // It changes a package that is joined with the sources in the build.
      NATCHECK_TEST_MAIN: SOURCE_MAIN,
      NODE_OPTIONS: `--import=${GATEWAY}`,
      NATCHECK_TEST_GATEWAY: router.gateway.address,
    },
  });
  await alice.shows(SPINNING);
  return alice;
}

/** A home router on loopback; `mapped` and `removing` resolve with the first request of each kind. */
async function startRouter({ isDeafToRemovals = false } = {}) {
  const mapped = Promise.withResolvers<void>();
  const removing = Promise.withResolvers<void>();
  const router = await startFakeNatPmp(
    (request) => {
      if (isMap(request)) mapped.resolve();
      if (!isRemoval(request)) return [{ bytes: goodAnswer(request) }];
      removing.resolve();
      return isDeafToRemovals ? [] : [{ bytes: goodAnswer(request) }];
    },
    { address: `127.${randomInt(1, 255)}.${randomInt(1, 255)}.9`, port: PORT_CONTROL_PORT },
  );
  return { router, mapped: mapped.promise, removing: removing.promise };
}

const startServerWithRelay = (): Promise<NatcheckServer> =>
  startTestServer({ authToken: 'secret', relay: { allowPrivate: true } });

async function allocations(server: NatcheckServer): Promise<number> {
  const metrics = await (await fetch(`http://${HOST}:${server.httpPort}/metrics`)).text();
  return Number(/^natcheck_relay_allocations\{transport="udp"\} (\d+)$/m.exec(metrics)?.[1]);
}

/** Every hiding is followed by a showing. */
const isCursorShown = (shown: string): boolean => shown.lastIndexOf('\u001b[?25h') >= shown.lastIndexOf('\u001b[?25l');

const TERMINAL = { skip: NO_TERMINAL !== null, concurrent: true };

it.for([
  ['Ctrl-C', 'SIGINT', (alice: TerminalProgram): void => alice.type(CTRL_C)],
  ['SIGTERM', 'SIGTERM', (alice: TerminalProgram): void => void process.kill(alice.pid, 'SIGTERM')],
  ['SIGHUP', 'SIGHUP', (alice: TerminalProgram): void => void process.kill(alice.pid, 'SIGHUP')],
  ['the closing of the terminal', 'SIGHUP', (alice: TerminalProgram): void => alice.close()],
] as const)(
  'a punch that is ended by %s while its spinner turns leaves no id, no allocation and no port mapping',
  TERMINAL,
  // Of tests that run beside each other, only their own `expect` knows which one it is in.
  async ([, signal, end], { expect }) => {
    await using server = await startServerWithRelay();
    const { router, mapped } = await startRouter();
    await using _router = router;
    await using carol = await join(server, 'carol', { token: 'secret' });
    await using alice = await aliceWaits(server, router);
    await mapped;
    // A relay that takes longer than 1.5 s is not waited for.
    await expect.poll(() => allocations(server)).toBe(1);
    end(alice);
    expect(await alice.ended).toEqual({ code: null, signal });
    expect(await carol.next('peer-left')).toEqual({ type: 'peer-left', peer: 'alice', reason: 'left' });
    expect(await allocations(server)).toBe(0);
    expect(isRemoval(Buffer.from(router.requests.at(-1) ?? '', 'hex'))).toBe(true);
    expect(isCursorShown(alice.shown())).toBe(true);
  },
);

it('a second Ctrl-C ends a punch at once, whatever its router does', TERMINAL, async () => {
  await using server = await startServerWithRelay();
  const { router, mapped, removing } = await startRouter({ isDeafToRemovals: true });
  await using _router = router;
  await using alice = await aliceWaits(server, router);
  await mapped;
  alice.type(CTRL_C);
  await removing;
  const startedAt = performance.now();
  alice.type(CTRL_C);
  expect(await alice.ended).toEqual({ code: null, signal: 'SIGINT' });
  // The router would be asked again for 1.5 s.
  expect(performance.now() - startedAt).toBeLessThan(1_000);
  expect(isCursorShown(alice.shown())).toBe(true);
});

it.for([
  ['Ctrl-C', 'SIGINT', (program: TerminalProgram) => program.type(CTRL_C)],
  ['the closing of the terminal', 'SIGHUP', (program: TerminalProgram) => program.close()],
] as const)('a detection is ended by %s, and says nothing', TERMINAL, async ([, signal, end]) => {
  await using silent = await startFakeServer({ fault: () => [] });
  await using program = await onTerminal(['detect', '--server', silent.name]);
  await program.shows(/finding out what NAT this host is behind/);
  end(program);
  expect(await program.ended).toEqual({ code: null, signal });
  expect(program.shown()).not.toContain('NAT type');
  expect(isCursorShown(program.shown())).toBe(true);
});

it.for([
  ['Ctrl-C', (program: TerminalProgram) => program.type(CTRL_C)],
  ['the closing of its terminal', (program: TerminalProgram) => program.close()],
] as const)('a server ends cleanly by %s', TERMINAL, async ([, end]) => {
  const ports = ['--port', '0', '--alt-port', '0', '--http-port', '0'];
  await using program = await onTerminal(['serve', '--ip', HOST, ...ports]);
  await program.shows(/^ready\r$/m);
  end(program);
  expect(await program.ended).toEqual({ code: 0, signal: null });
});

/**
 * `natcheck pipe` behind real NATs: all 16 ordered pairs of the classic four, loss, and what is to be survived in the middle: a
 * relay that is killed, and routers that forget their mappings.
 */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLASSIC_NATS, type Lab, startNatcheckServer } from '../../../../lab/index.ts';
import { createCode, formatCode } from '../../../../src/tunnel/code/code.ts';
import { describeLab, startProvidedLab } from '../provided.ts';
import { createTurns } from '../turns.ts';
import { moveTo } from './move.ts';
import { expectComplete, type PipeEvent, type PipeRun, startPipe } from './pipe-run.ts';

/** More than all windows and buffers on the way hold. */
const MANY_BYTES = 20_000_000;
/** For pairs that differ in how a path is opened, but not in what it is then. */
const FEWER_BYTES = 2_000_000;
const NATS = ['full-cone', 'restricted', 'port-restricted', 'symmetric'] as const;
/** In an order in which neighbours share no router. */
const PAIRS = NATS.flatMap((_, shift) => NATS.map((a, at) => [a, NATS[(at + shift) % NATS.length] ?? a] as const));
/** Opened by simultaneous opening and by a birthday, and through a relay. */
const WITH_MANY_BYTES = ['full-cone × port-restricted', 'port-restricted × symmetric', 'symmetric × symmetric'];
/** A server without a relay. */
const PLAIN_PORTS = { port: 4478, altPort: 4479, httpPort: 4480 };
/** The relays that may be killed, beside the server. */
const RELAY_PORTS = [
  { port: 5478, altPort: 5479, httpPort: 5480 },
  { port: 6478, altPort: 6479, httpPort: 6480 },
] as const;
const TEST_TIMEOUT_MS = 180_000;
/** How often a pipe tells how much it has carried. */
const TRAFFIC_EVERY_MS = 1_000;
/** Bytes per second that no relay of the lab reaches, in place of what one address may have. */
const NO_BOUND = '10000000000';
const RELAY = [
  ...['--relay', '--open-relay'],
  ...['--relay-max-bps', '--relay-source-bps', '--relay-total-bps'].flatMap((option) => [option, NO_BOUND]),
];
/** What both routers do, behind mappings that stay and that change: opened by simultaneous opening, by a birthday, and through a relay. */
const DISTURBED = [
  ['forget', 'full-cone', 'restricted'],
  ['reboot', 'port-restricted', 'port-restricted'],
  ['forget', 'port-restricted', 'symmetric'],
  ['reboot', 'symmetric', 'full-cone'],
  ['forget', 'symmetric', 'symmetric'],
] as const;

describeLab('natcheck pipe', () => {
  let lab: Lab;
  let server: AsyncDisposable;
  let plain: AsyncDisposable;
  beforeAll(async () => {
    lab = await startProvidedLab({ profiles: [...CLASSIC_NATS, ...CLASSIC_NATS] });
    server = await startNatcheckServer(lab.server, RELAY);
    const { port, altPort, httpPort } = PLAIN_PORTS;
    plain = await startNatcheckServer(lab.server, [
      '--port',
      `${port}`,
      '--alt-port',
      `${altPort}`,
      '--http-port',
      `${httpPort}`,
    ]);
  });
  afterAll(async () => {
    await plain?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
    await lab?.[Symbol.asyncDispose]();
  });

  /** Starts both sides of one pipe; without a number of bytes it flows until it is ended. */
  async function start(
    [a, b]: readonly [string, string],
    { bytes = MANY_BYTES, words = [] }: { readonly bytes?: number; readonly words?: readonly string[] } = {},
  ): Promise<readonly [PipeRun, PipeRun]> {
    const code = formatCode(createCode({ server: lab.server.primary, once: false, randomBytes }));
    const name = code.slice(0, 11);
    const side = (site: string, who: string) =>
      startPipe(lab.nat(site).client(0), { name: `${who}-${name}`, bytes, words: [code, ...words] });
    return Promise.all([side(a, 'alice'), side(`${b}-2`, 'bob')]);
  }

  const inTurn = createTurns();
  /** Runs a test beside those behind other routers. */
  const between = ([a, b]: readonly [string, string], test: () => Promise<void>): Promise<void> =>
    inTurn([a, `${b}-2`], test);

  const resultsOf = ([alice, bob]: readonly [PipeRun, PipeRun]) => Promise.all([alice.result(), bob.result()]);

  describe.concurrent('moves all bytes each way at once', { timeout: TEST_TIMEOUT_MS }, () => {
    it.for(PAIRS)('%s × %s', (pair) =>
      between(pair, async () => {
        const bytes = WITH_MANY_BYTES.includes(pair.join(' × ')) ? MANY_BYTES : FEWER_BYTES;
        const results = await resultsOf(await start(pair, { bytes }));
        expectComplete(results);
        const isSymmetric = pair.every((nat) => nat === 'symmetric');
        const paths = results.map(
          ({ events }) => events.findLast(({ event }) => event === 'connected' || event === 'path')?.path,
        );
        expect(paths).toEqual(Array(2).fill(isSymmetric ? 'relayed' : 'direct'));
      }),
    );

    it('through a relay alone', () =>
      between(['full-cone', 'restricted'], async () => {
        const results = await resultsOf(await start(['full-cone', 'restricted'], { words: ['--relay-only'] }));
        expectComplete(results);
        expect(results.map(({ events }) => events.find(({ event }) => event === 'connected')?.path)).toEqual([
          'relayed',
          'relayed',
        ]);
      }));

    it.for([
      ['port-restricted', 'port-restricted'],
      ['symmetric', 'symmetric'],
    ] as const)('%s × %s, though each router loses every 20th datagram', ([a, b]) =>
      between([a, b], async () => {
        const routers = [lab.nat(a).router, lab.nat(`${b}-2`).router];
        for (const router of routers) await router.loseEveryNth(20);
        try {
          expectComplete(await resultsOf(await start([a, b])));
        } finally {
          for (const router of routers) await router.loseEveryNth(0);
        }
      }),
    );
  });

  describe.concurrent('goes on', { timeout: TEST_TIMEOUT_MS }, () => {
    it.for(DISTURBED)('when both routers %s, behind %s × %s', ([what, a, b]) =>
      between([a, b], async () => {
        const pipes = await start([a, b], { bytes: 0 });
        await flowing(pipes);
        await Promise.all([a, `${b}-2`].map((site) => lab.nat(site).router[what]()));
        const soFar = pipes.map((pipe) => pipe.receivedSoFar());
        // What the kernel and the streams had under way when the mappings went is far less.
        await Promise.all(pipes.map((pipe, at) => pipe.receivedMore((soFar[at] ?? 0) + 3_000_000)));
        await Promise.all(pipes.map((pipe) => pipe.endInput()));
        const results = await resultsOf(pipes);
        expectComplete(results);
        say(`${a} × ${b}, both routers ${what}`, results);
      }),
    );

    it('when a host gets another address', () =>
      between(['port-restricted', 'restricted'], async () => {
        const client = lab.nat('port-restricted').client(0);
        const pipes = await start(['port-restricted', 'restricted'], { bytes: 0 });
        await flowing(pipes);
        const former = await moveTo(client, 'another');
        try {
          const soFar = pipes.map((pipe) => pipe.receivedSoFar());
          await Promise.all(pipes.map((pipe, at) => pipe.receivedMore((soFar[at] ?? 0) + 3_000_000)));
          await Promise.all(pipes.map((pipe) => pipe.endInput()));
          const results = await resultsOf(pipes);
          expectComplete(results);
          for (const { events } of results) expect(longestPauseMs(events)).toBeLessThan(5_000 + TRAFFIC_EVERY_MS);
          say('port-restricted × restricted, another address', results);
        } finally {
          await moveTo(client, former);
        }
      }));

    it('when the relay is killed and started again', () =>
      between(['symmetric', 'symmetric'], async () => {
        await using first = await startRelay(lab, 0);
        const pipes = await start(['symmetric', 'symmetric'], { bytes: 0, words: relayWords(lab, [0]) });
        await flowing(pipes);
        await first.kill();
        await using _again = await startRelay(lab, 0);
        await comeBack(pipes);
        const results = await resultsOf(pipes);
        expectComplete(results);
        say('symmetric × symmetric, relay killed and started again', results);
      }));

    it('through another relay when the one that it goes through is killed', () =>
      between(['symmetric', 'symmetric'], async () => {
        await using first = await startRelay(lab, 0);
        const pipes = await start(['symmetric', 'symmetric'], { bytes: 0, words: relayWords(lab, [0, 1]) });
        await flowing(pipes);
        await using _second = await startRelay(lab, 1);
        await first.kill();
        await comeBack(pipes);
        const results = await resultsOf(pipes);
        expectComplete(results);
        say('symmetric × symmetric, relay killed, another one there', results);
      }));
  });
});

async function flowing(pipes: readonly [PipeRun, PipeRun]): Promise<void> {
  await Promise.all(pipes.map((pipe) => pipe.receivedMore(500_000)));
}

/** Waits until both have said that the path was lost and that everything goes on, and have received after that; then ends. */
async function comeBack(pipes: readonly [PipeRun, PipeRun]): Promise<void> {
  await Promise.all(
    pipes.map(async (pipe) => {
      await pipe.event('lost');
      await pipe.event('connected', 2);
      await pipe.receivedMore(pipe.receivedSoFar() + 500_000);
    }),
  );
  await Promise.all(pipes.map((pipe) => pipe.endInput()));
}

/** How long, at the most, nothing came at all; bytes are told of each second in which some have come. */
function longestPauseMs(events: readonly PipeEvent[]): number {
  const times = events.filter(({ event }) => event === 'traffic').map(({ time }) => Date.parse(time));
  return Math.max(0, ...times.slice(1).map((at, index) => at - (times[index] ?? at)));
}

interface MortalRelay extends AsyncDisposable {
  /** By SIGKILL, so that it says goodbye to nobody. */
  readonly kill: () => Promise<void>;
}

async function startRelay({ server }: Lab, which: 0 | 1): Promise<MortalRelay> {
  const { port, altPort, httpPort } = RELAY_PORTS[which];
  const words = [
    ...['natcheck', 'serve', '--ip', server.primary, '--relay', '--relay-user', 'both:secret'],
    ...['--port', `${port}`, '--alt-port', `${altPort}`, '--http-port', `${httpPort}`],
    ...['--relay-allow-peer', server.subnet],
  ];
  const program = await server.start(['sh', '-c', '"$@" & echo "pid: $!"; wait $!', 'sh', ...words]);
  await program.line(/\bready\b/);
  const pid = (await program.line(/^pid: /)).replace('pid: ', '');
  return {
    kill: async () => {
      await server.exec(['kill', '-KILL', pid]);
      await program.ended;
    },
    [Symbol.asyncDispose]: async () => {
      await server.exec(['kill', '-KILL', pid]);
      await program[Symbol.asyncDispose]();
    },
  };
}

/** By way of a rendezvous that has no relay itself, so that there are only those. */
function relayWords({ server }: Lab, which: readonly (0 | 1)[]): readonly string[] {
  const urls = which.flatMap((one) => ['--turn', `turn:${server.primary}:${RELAY_PORTS[one].port}`]);
  const { port, httpPort } = PLAIN_PORTS;
  const meeting = ['--server', `${server.primary}:${port}`, '--rendezvous', `ws://${server.primary}:${httpPort}`];
  return [...urls, '--turn-user', 'both:secret', ...meeting];
}

function say(
  what: string,
  results: readonly { readonly events: readonly { event: string; outageMs?: number | null }[] }[],
): void {
  const outages = results.map(({ events }) =>
    events
      .flatMap(({ event, outageMs }) => (event === 'connected' && outageMs ? [`${Math.round(outageMs)} ms`] : []))
      .join(' + '),
  );
  process.stdout.write(
    `${what}: nothing heard for ${outages.map((text) => text || 'no time that counts').join(' and ')}\n`,
  );
}

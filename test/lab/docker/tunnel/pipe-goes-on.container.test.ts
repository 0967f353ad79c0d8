/** `natcheck pipe` behind real NATs, and what it survives in the middle: routers that forget their mappings or reboot, a host that moves, a relay that is killed. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Lab } from '../../../../lab/index.ts';
import { gateCases, notInGate } from '../../../runs.ts';
import { describeLab } from '../provided.ts';
import { moveTo } from './move.ts';
import { type PipeBed, PLAIN_PORTS, resultsOf, startPipeBed } from './pipe-bed.ts';
import { expectComplete, type PipeEvent, type PipeRun } from './pipe-run.ts';

/** The relays that may be killed, beside the server. */
const RELAY_PORTS = [
  { port: 5478, altPort: 5479, httpPort: 5480 },
  { port: 6478, altPort: 6479, httpPort: 6480 },
] as const;
const TEST_TIMEOUT_MS = 180_000;
/** How often a pipe tells how much it has carried. */
const TRAFFIC_EVERY_MS = 1_000;
/** What both routers do, behind mappings that stay and that change: opened by simultaneous opening, by a birthday, and through a relay. */
const DISTURBED = [
  ['forget', 'full-cone', 'restricted'],
  ['reboot', 'port-restricted', 'port-restricted'],
  ['forget', 'port-restricted', 'symmetric'],
  ['reboot', 'symmetric', 'full-cone'],
  ['forget', 'symmetric', 'symmetric'],
] as const;

describeLab('natcheck pipe', () => {
  let bed: PipeBed;
  beforeAll(async () => {
    bed = await startPipeBed();
  });
  afterAll(() => bed?.[Symbol.asyncDispose]());

  describe.concurrent('goes on', { timeout: TEST_TIMEOUT_MS }, () => {
    it.for(gateCases(DISTURBED, ([, , b]) => b === 'port-restricted' || b === 'full-cone'))(
      'when both routers %s, behind %s × %s',
      ([what, a, b]) =>
        bed.between([a, b], async () => {
          const pipes = await bed.start([a, b], { bytes: 0 });
          await flowing(pipes);
          await Promise.all([a, `${b}-2`].map((site) => bed.lab.nat(site).router[what]()));
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
      bed.between(['port-restricted', 'restricted'], async () => {
        const client = bed.lab.nat('port-restricted').client(0);
        const pipes = await bed.start(['port-restricted', 'restricted'], { bytes: 0 });
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

    it('when the relay is killed and started again', ({ skip }) => {
      notInGate(skip);
      return bed.between(['symmetric', 'symmetric'], async () => {
        await using first = await startRelay(bed.lab, 0);
        const pipes = await bed.start(['symmetric', 'symmetric'], { bytes: 0, words: relayWords(bed.lab, [0]) });
        await flowing(pipes);
        await first.kill();
        await using _again = await startRelay(bed.lab, 0);
        await comeBack(pipes);
        const results = await resultsOf(pipes);
        expectComplete(results);
        say('symmetric × symmetric, relay killed and started again', results);
      });
    });

    it('through another relay when the one that it goes through is killed', () =>
      bed.between(['symmetric', 'symmetric'], async () => {
        await using first = await startRelay(bed.lab, 0);
        const pipes = await bed.start(['symmetric', 'symmetric'], { bytes: 0, words: relayWords(bed.lab, [0, 1]) });
        await flowing(pipes);
        await using _second = await startRelay(bed.lab, 1);
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

/** A borrowed lab with what pipes meet by: a server with a relay, and one without. */
import { randomBytes } from 'node:crypto';
import { type Lab, startNatcheckServer } from '../../../../lab/index.ts';
import { createOwner } from '../../../../src/net/owner.ts';
import { createCode, formatCode } from '../../../../src/tunnel/code/code.ts';
import { borrowLab } from '../lab-pool/borrow.ts';
import { createTurns } from '../turns.ts';
import { type PipeResult, type PipeRun, startPipe } from './pipe-run.ts';

/** More than all windows and buffers on the way hold. */
export const MANY_BYTES = 20_000_000;
/** The server without a relay. */
export const PLAIN_PORTS = { port: 4478, altPort: 4479, httpPort: 4480 } as const;
/** Bytes per second that no relay of the lab reaches, in place of what one address may have. */
const NO_BOUND = '10000000000';
const RELAY = [
  ...['--relay', '--open-relay'],
  ...['--relay-max-bps', '--relay-source-bps', '--relay-total-bps'].flatMap((option) => [option, NO_BOUND]),
];

export type Pair = readonly [a: string, b: string];

export interface PipeBed extends AsyncDisposable {
  readonly lab: Lab;
  /** Starts both sides of one pipe; without a number of bytes it flows until it is ended. */
  start(
    pair: Pair,
    options?: { readonly bytes?: number; readonly words?: readonly string[] },
  ): Promise<readonly [PipeRun, PipeRun]>;
  /** Runs a test beside those behind other routers. */
  between(pair: Pair, test: () => Promise<void>): Promise<void>;
}

export async function startPipeBed(): Promise<PipeBed> {
  await using started = createOwner();
  const lab = started.use(await borrowLab());
  started.use(await startNatcheckServer(lab.server, RELAY));
  const { port, altPort, httpPort } = PLAIN_PORTS;
  const ports = ['--port', `${port}`, '--alt-port', `${altPort}`, '--http-port', `${httpPort}`];
  started.use(await startNatcheckServer(lab.server, ports));
  const inTurn = createTurns();
  const owned = started.move();
  return {
    lab,
    start: ([a, b], { bytes = MANY_BYTES, words = [] } = {}) => {
      const code = formatCode(createCode({ server: lab.server.primary, once: false, randomBytes }));
      const name = code.slice(0, 11);
      const side = (site: string, who: string) =>
        startPipe(lab.nat(site).client(0), { name: `${who}-${name}`, bytes, words: [code, ...words] });
      return Promise.all([side(a, 'alice'), side(`${b}-2`, 'bob')]);
    },
    between: ([a, b], test) => inTurn([a, `${b}-2`], test),
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  };
}

export function resultsOf([alice, bob]: readonly [PipeRun, PipeRun]): Promise<readonly [PipeResult, PipeResult]> {
  return Promise.all([alice.result(), bob.result()]);
}

/** One `natcheck pipe` in a client of the lab, fed with random bytes, and followed by its events. */
import { expect } from 'vitest';
import type { LabContainer, Program } from '../../../../lab/index.ts';

/** 20 MB through a lossy relay on a busy machine, and the time to come back. */
const TIMEOUT_MS = 120_000;

/** One JSON line of the pipe, as far as tests look into it. */
export interface PipeEvent {
  readonly event: string;
  readonly time: string;
  readonly path?: 'direct' | 'relayed' | null;
  readonly outageMs?: number | null;
  readonly bytesReceived?: number;
  readonly outcome?: string;
}

/** What came of it. `sent` and `received` are the SHA-256 sums of what went in, and of what came out. */
export interface PipeResult {
  readonly exitCode: number;
  readonly sent: string;
  readonly received: string;
  readonly events: readonly PipeEvent[];
  readonly stderr: string;
}

export interface PipeRun {
  /** Resolves to the n-th event of that kind, counted from 1. */
  readonly event: (kind: string, nth?: number) => Promise<PipeEvent>;
  /** Resolves when more has been received than `bytes`. */
  readonly receivedMore: (bytes: number) => Promise<void>;
  readonly receivedSoFar: () => number;
  /** Ends the input of a pipe that was started without a number of bytes. */
  readonly endInput: () => Promise<void>;
  readonly result: () => Promise<PipeResult>;
}

/**
 * Without a number of bytes, 64 KiB come each 50 ms until there is a file `stop`. The events are followed while the pipe runs,
 * and all of them are read again when it has ended, since the follower may be late.
 */
const SCRIPT = `
bytes=$1; dir=$2; shift 2
mkdir -p $dir; cd $dir; touch events
feed() { python3 -c '
import os, sys, time
while not os.path.exists("stop"):
    sys.stdout.buffer.write(os.urandom(65536))
    sys.stdout.buffer.flush()
    time.sleep(0.05)'; }
tail --pid=$$ -n +1 -f events | sed -u 's/^/event: /' &
if [ $bytes -gt 0 ]; then
  head -c $bytes /dev/urandom > in
  "$@" --json-file events < in > out 2> err; code=$?
else
  feed | tee in | "$@" --json-file events > out 2> err; code=$?
fi
sed -u 's/^/err: /' err; sed -u 's/^/written: /' events
echo "in: $(sha256sum < in)"; echo "out: $(sha256sum < out)"; echo "exit: $code"
cd /; rm -r $dir
`;

export async function startPipe(
  client: LabContainer,
  { name, bytes, words }: { readonly name: string; readonly bytes: number; readonly words: readonly string[] },
): Promise<PipeRun> {
  const dir = `/tmp/${name}`;
  const program = await client.start(['sh', '-c', SCRIPT, 'sh', `${bytes}`, dir, 'natcheck', 'pipe', ...words]);
  const events: PipeEvent[] = [];
  const written: PipeEvent[] = [];
  const errors: string[] = [];
  const listeners = new Set<() => void>();
  program.onLine((line) => {
    if (line.startsWith('event: ')) events.push(JSON.parse(line.slice('event: '.length)));
    if (line.startsWith('written: ')) written.push(JSON.parse(line.slice('written: '.length)));
    if (line.startsWith('err: ')) errors.push(line.slice('err: '.length));
    for (const listener of listeners) listener();
  });
  const until = <T>(find: () => T | undefined): Promise<T> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`not in time:\n${JSON.stringify(events, null, 1)}\n${errors.join('\n')}`)),
        TIMEOUT_MS,
      );
      const check = (): void => {
        const found = find();
        if (found === undefined) return;
        clearTimeout(timer);
        resolve(found);
      };
      listeners.add(check);
      check();
    });
  const receivedSoFar = (): number => events.findLast(({ event }) => event === 'traffic')?.bytesReceived ?? 0;
  return {
    event: (kind, nth = 1) => until(() => events.filter(({ event }) => event === kind)[nth - 1]),
    receivedMore: async (than) => void (await until(() => (receivedSoFar() > than ? true : undefined))),
    receivedSoFar,
    endInput: async () => void (await client.exec(['touch', `${dir}/stop`])),
    result: () => resultOf(program, { events: written, errors }),
  };
}

async function resultOf(
  program: Program,
  { events, errors }: { readonly events: readonly PipeEvent[]; readonly errors: readonly string[] },
): Promise<PipeResult> {
  const after = async (label: RegExp): Promise<string> =>
    (await program.line(label, { timeoutMs: TIMEOUT_MS })).replace(label, '');
  const exitCode = Number(await after(/^exit: /));
  const [sent, received] = [await after(/^in: /), await after(/^out: /)];
  return { exitCode, sent, received, events, stderr: errors.join('\n') };
}

/** Expects that each side has got all that the other one has sent, and no more. */
export function expectComplete([alice, bob]: readonly [PipeResult, PipeResult]): void {
  expect([alice.exitCode, bob.exitCode], `${alice.stderr}\n---\n${bob.stderr}`).toEqual([0, 0]);
  expect([alice.received, bob.received]).toEqual([bob.sent, alice.sent]);
}

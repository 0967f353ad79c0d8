/** A script of bench/peers that runs in a container of the lab and takes requests as lines. */
import type { LabContainer } from '../../../lab/index.ts';

const START_TIMEOUT_MS = 20_000;
/** Longer than any peer's own time limit. */
const ANSWER_TIMEOUT_MS = 40_000;

export interface Peer extends AsyncDisposable {
  /** @throws Error with the reason when the peer could not do it, has ended, or says nothing. */
  ask<Answer extends object>(verb: string, request?: Readonly<Record<string, string>>): Promise<Answer>;
}

/** Starts the peer, which is ready when this resolves, and killed when disposed of. */
export async function startPeer(container: LabContainer, script: string, args: readonly string[] = []): Promise<Peer> {
  await using started = new AsyncDisposableStack();
  const program = started.use(await container.start(['node', `/opt/natcheck/bench/peers/${script}`, ...args]));
  await program.line(/^ready$/, { timeoutMs: START_TIMEOUT_MS });
  const owned = started.move();
  let asked = 0;
  return {
    async ask(verb, request = {}) {
      const number = ++asked;
      program.write(JSON.stringify({ number, verb, ...request }));
      const line = await program.line(new RegExp(`^{"number":${number}[,}]`), { timeoutMs: ANSWER_TIMEOUT_MS });
      const { error, ...answer } = JSON.parse(line);
      if (error !== undefined) throw new Error(`${container.name}: ${error}`);
      return answer;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Steps of long work on stderr: one that turns where somebody is looking, lines that stay elsewhere. */

export interface ProgressOutput extends Disposable {
  line(text: string): void;
}

/** Loads ora only when it is shown. */
export async function createProgress({
  enabled,
  stderr,
}: {
  readonly enabled: boolean;
  readonly stderr: NodeJS.WritableStream;
}): Promise<ProgressOutput> {
  if (!enabled) return { line: (text) => void stderr.write(`${text}\n`), [Symbol.dispose]() {} };
  const { default: ora } = await import('ora');
  const spinner = ora({ stream: stderr, discardStdin: false });
  return {
    line: (text) => void spinner.start(text),
    [Symbol.dispose]: () => void spinner.stop(),
  };
}

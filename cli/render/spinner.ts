/** Something that turns on stderr while work goes on, where somebody is looking. */

/** Resolves or rejects as `work` does; ora is loaded only when it is shown. */
export async function withSpinner<T>(
  text: string,
  { enabled, stderr }: { readonly enabled: boolean; readonly stderr: NodeJS.WritableStream },
  work: Promise<T>,
): Promise<T> {
  if (!enabled) return work;
  const { default: ora } = await import('ora');
  const spinner = ora({ text, stream: stderr, discardStdin: false }).start();
  try {
    return await work;
  } finally {
    spinner.stop();
  }
}

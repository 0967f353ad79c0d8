/** The inputs of action.yml, as it passes them on: by variables, so that no shell reads what they say. */
type Env = Readonly<Record<string, string | undefined>>;

export interface Inputs {
  /** The lab file, from the working directory. */
  readonly file: string;
  readonly out: string;
  /** What follows `natcheck`. */
  readonly argv: readonly string[];
}

/** @throws Error when there is no file. */
export function inputsFrom(env: Env): Inputs {
  const { NATCHECK_FILE: file = '', NATCHECK_OUT: given, NATCHECK_REPEAT: repeat } = env;
  if (file === '') throw new Error('natcheck: the input "file" is missing: with: { file: nat-lab.yml }');
  const out = given || 'nat-lab-results';
  const only = linesOf(env.NATCHECK_ONLY).flatMap((pair) => ['--only', pair]);
  const options = [...(repeat ? ['--repeat', repeat] : []), ...only, ...linesOf(env.NATCHECK_ARGS)];
  return { file, out, argv: ['lab', 'run', file, '--out', out, '--json', ...options] };
}

function linesOf(text = ''): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

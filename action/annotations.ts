/** What is shown beside the lab file: what is wrong in it, or each pair that did not end as it should. */
import type { RunCell, RunResult } from '../lab/results/run-result.ts';
import type { Annotation } from './workflow-command.ts';

/** GitHub shows no more errors of one step. */
const MAX_ANNOTATIONS = 10;
const MAX_MESSAGE = 1000;

/** @param said what natcheck has written to stderr. @param file the lab file as it was named there. @param path the same in the repository. */
export function problemsIn(
  said: string,
  { file, path }: { readonly file: string; readonly path: string },
): readonly Annotation[] {
  return said.split('\n').flatMap((text) => {
    const place = text.replace(/^natcheck: /, '');
    if (!place.startsWith(`${file}:`)) return [];
    const [, line, column, message] = /^(\d+):(\d+): (.*)$/s.exec(place.slice(file.length + 1)) ?? [];
    if (!message) return [];
    return [{ file: path, line: Number(line), column: Number(column), title: 'natcheck', message: cut(message) }];
  });
}

export function unexpectedCells({ cells }: RunResult, path: string): readonly Annotation[] {
  return cells
    .filter(({ isAsExpected }) => !isAsExpected)
    .map((cell) => ({ file: path, title: `${cell.a} × ${cell.b}`, message: cut(wordsOf(cell)) }));
}

/** The first ones; the last of them says how many there are beside. */
export function shown(annotations: readonly Annotation[]): readonly Annotation[] {
  if (annotations.length <= MAX_ANNOTATIONS) return annotations;
  const first = annotations.slice(0, MAX_ANNOTATIONS - 1);
  const [{ file = '' } = {}] = annotations;
  const more = annotations.length - first.length;
  return [...first, { file, title: 'natcheck', message: `${more} more; all are in the summary and in the artifact` }];
}

function wordsOf({ expected, tries }: RunCell): string {
  const wrong = tries.filter(({ isAsExpected }) => !isAsExpected);
  const [first = tries[0]] = wrong;
  const often = tries.length === 1 ? '' : ` in ${wrong.length} of ${tries.length} tries`;
  const reason = first.reason === null ? '' : `: ${first.reason}`;
  return `expected ${expected.outcome} (${expected.why}), got ${first.outcome}${often}${reason}`;
}

function cut(message: string): string {
  return message.length <= MAX_MESSAGE ? message : `${message.slice(0, MAX_MESSAGE)}…`;
}

/** Places in texts: whether what they name exists where they stand. */
import { nearest } from '../../suggest.ts';
import type { SideName } from '../lab-file.ts';
import type { Path, Report } from '../path.ts';
import type { Reference, Template } from '../template.ts';

/** Who is in the lab. */
export interface Cast {
  readonly sides: readonly SideName[];
  readonly helpers: readonly string[];
}

/** Who a text is for: a side, or somebody whose program runs for all pairs. */
export type Speaker = SideName | 'setup' | 'helper';

/**
 * Returns the text with the lines of `peer` as those of a side, and reports places that nothing can be filled into.
 */
export function checkedTemplate(
  text: Template,
  {
    cast,
    speaker,
    path,
    report,
  }: { readonly cast: Cast; readonly speaker: Speaker; readonly path: Path; readonly report: Report },
): Template {
  return text.map((part) => {
    if (typeof part === 'string') return part;
    const resolved = part.kind === 'line' ? { ...part, of: asSide(part.of, speaker) } : part;
    const message = problemWith(resolved, { cast, speaker });
    if (message !== null) report(path, message);
    return resolved;
  });
}

const PEER_OF: Readonly<Record<string, SideName>> = { a: 'b', b: 'a' };

function asSide(of: string, speaker: Speaker): string {
  if (of === 'own') return speaker;
  return of === 'peer' ? (PEER_OF[speaker] ?? of) : of;
}

interface Stand {
  readonly cast: Cast;
  readonly speaker: Speaker;
}

function problemWith(reference: Reference, stand: Stand): string | null {
  switch (reference.kind) {
    case 'server':
    case 'shared':
      return null;
    case 'pair':
      return isForAll(stand.speaker)
        ? `${WHO[stand.speaker]} runs for all pairs, so {{pair}} is not known to it`
        : null;
    case 'helper':
      return missing(reference.name, stand.cast.helpers, 'helper');
    case 'side':
      return sideProblem(reference, stand);
    case 'line':
      return lineProblem(reference.of, stand);
  }
}

const WHO = { setup: 'setup', helper: 'a helper' } as const;

function isForAll(speaker: Speaker): speaker is 'setup' | 'helper' {
  return speaker === 'setup' || speaker === 'helper';
}

function sideProblem({ of, what }: Extract<Reference, { kind: 'side' }>, { cast, speaker }: Stand): string | null {
  if (isForAll(speaker)) return `${WHO[speaker]} runs for all pairs, so {{${of}.${what}}} is not known to it`;
  if (of === 'own') return null;
  if (of === 'peer') return PEER_OF[speaker] ? null : `${speaker} has no peer: write {{a.${what}}} or {{b.${what}}}`;
  return missing(of, cast.sides, 'side');
}

function lineProblem(of: string, { cast, speaker }: Stand): string | null {
  if (isForAll(speaker)) return `${WHO[speaker]} waits for nobody: lines of others are for sides alone`;
  if (of === speaker) return `${speaker} would wait for a line of its own`;
  if (of === 'peer') return `${speaker} has no peer: write {{a.line:/…/}} or {{b.line:/…/}}`;
  return missing(of, [...cast.sides, ...cast.helpers], 'side or helper');
}

/** Says that somebody is not there; null if they are. */
export function missing(name: string, known: readonly string[], what: string): string | null {
  if (known.includes(name)) return null;
  const meant = nearest(name, known);
  const list = known.length === 0 ? 'there is none' : `there ${known.length === 1 ? 'is' : 'are'} ${known.join(', ')}`;
  return `there is no ${what} ${name}; ${meant === null ? list : `did you mean ${meant}?`}`;
}

/** Fills in the templates of a lab file with what only the run knows. */
import type { SideName } from '../../file/lab-file.ts';
import type { Reference, SideFact, Template } from '../../file/template.ts';

/** Null for what a side does not have, such as an IPv6 address. */
export type SideFacts = Readonly<Record<SideFact, string | null>>;

export interface Facts {
  readonly server: string;
  readonly alternate: string;
  /** The addresses of the helpers, by their names. */
  readonly helpers: ReadonlyMap<string, string>;
  readonly sides: ReadonlyMap<SideName, SideFacts>;
  readonly pair: string;
  readonly shared: string;
}

/** Waits for a line of a side or helper, and resolves with what a template takes of it. */
export type WaitForLine = (of: string, pattern: RegExp) => Promise<string>;

export interface ResolveOptions {
  /** Whose program it is; null for one that is no side's. */
  readonly own: SideName | null;
  readonly facts: Facts;
  readonly line: WaitForLine;
}

/** A template that asks for something that is not there in this pair. */
export class UnresolvedError extends Error {
  override readonly name = 'UnresolvedError';
}

/** @throws UnresolvedError for what a side does not have; what `line` throws. */
export async function resolveTemplate(template: Template, options: ResolveOptions): Promise<string> {
  const parts = template.map((part) => (typeof part === 'string' ? part : referred(part, options)));
  return (await Promise.all(parts)).join('');
}

/** What a template takes of a line that matches: the first group, or all that matched. */
export function takenFrom(text: string, pattern: RegExp): string | undefined {
  const match = pattern.exec(text);
  return match === null ? undefined : (match[1] ?? match[0]);
}

function referred(reference: Reference, { own, facts, line }: ResolveOptions): string | Promise<string> {
  switch (reference.kind) {
    case 'server':
      return reference.which === 'primary' ? facts.server : facts.alternate;
    case 'helper':
      return there(facts.helpers.get(reference.name), `no helper ${reference.name}`);
    case 'side': {
      const name = reference.of === 'own' ? own : reference.of === 'peer' ? peerOf(own) : reference.of;
      const value = name && facts.sides.get(name)?.[reference.what];
      return there(value, `{{${reference.of}.${reference.what}}}: ${name ?? 'it'} has no ${WORDS[reference.what]}`);
    }
    case 'line':
      return line(reference.of, reference.pattern);
    case 'pair':
    case 'shared':
      return facts[reference.kind];
  }
}

/** The other one of a pair. */
function peerOf(own: SideName | null): SideName | null {
  return own === 'a' ? 'b' : own === 'b' ? 'a' : null;
}

function there(value: string | null | undefined, missing: string): string {
  if (value === null || value === undefined) throw new UnresolvedError(missing);
  return value;
}

const WORDS: Readonly<Record<SideFact, string>> = {
  name: 'name',
  nat: 'NAT',
  site: 'site',
  address: 'address',
  public: 'public address',
  address6: 'IPv6 address',
  public6: 'public IPv6 address',
};

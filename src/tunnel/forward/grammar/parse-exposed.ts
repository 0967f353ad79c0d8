/** Reads all that `expose` is given. */
import { UsageError } from '../../../errors.ts';
import { parseTarget, quoted } from './parse-target.ts';
import { formatTarget, type Target } from './target.ts';

/** @throws UsageError when the list is empty, one cannot be read, has port 0, or is given twice. */
export function parseExposed(texts: readonly string[]): readonly Target[] {
  if (texts.length === 0) throw new UsageError('name what may be reached, as in: natcheck expose 22');
  const targets = texts.map((text) => withPort(parseTarget(text), text));
  const written = targets.map(formatTarget);
  const twice = written.find((text, index) => written.indexOf(text) !== index);
  if (twice !== undefined) throw new UsageError(`${quoted(twice)} is given twice`);
  return targets;
}

/** @throws UsageError when the port is 0, which nobody can connect to. */
export function withPort(target: Target, text: string): Target {
  if (target.kind === 'unix' || target.port > 0) return target;
  throw new UsageError(`${quoted(text)} has no valid port: ports are 1 to 65535`);
}

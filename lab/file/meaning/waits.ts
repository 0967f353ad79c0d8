/** Sides that wait for lines of others, so that a circle of them is found before all wait for ever. */
import type { ProgramSpec, Side } from '../lab-file.ts';
import type { Report } from '../path.ts';
import type { Template } from '../template.ts';

/** The texts of a program that have to be complete before it starts. */
function textsOf({ env, before, command }: ProgramSpec): readonly Template[] {
  const words = command === null ? [] : command.kind === 'argv' ? command.argv : [command.script];
  return [...Object.values(env), ...before, ...words];
}

/** The sides and helpers that a program waits for a line of. */
export function waitsFor(program: ProgramSpec): readonly string[] {
  const names = textsOf(program).flatMap((text) =>
    text.flatMap((part) => (typeof part !== 'string' && part.kind === 'line' ? [part.of] : [])),
  );
  return [...new Set(names)];
}

/** Reports the first circle of sides. */
export function checkWaits(sides: readonly Side[], report: Report): void {
  const waits = new Map<string, readonly string[]>(sides.map((side) => [side.name, waitsFor(side)]));
  for (const { name } of sides) {
    const circle = circleFrom(name, waits, []);
    // A side that waits for itself has been told of already.
    if (!circle || circle.length < 3) continue;
    const waiting = circle.slice(1).map((other, index) => `${circle[index]} for a line of ${other}`);
    report(['sides'], `these would wait for ever: ${waiting.slice(0, -1).join(', ')} and ${waiting.at(-1)}`);
    return;
  }
}

/** The names along a circle that leads back to its first; null if there is none. */
function circleFrom(
  name: string,
  waits: ReadonlyMap<string, readonly string[]>,
  way: readonly string[],
): readonly string[] | null {
  if (way.includes(name)) return [...way.slice(way.indexOf(name)), name];
  for (const next of waits.get(name) ?? []) {
    const circle = circleFrom(next, waits, [...way, name]);
    if (circle) return circle;
  }
  return null;
}

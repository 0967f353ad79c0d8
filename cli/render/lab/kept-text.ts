/** Renders how a pair that is left up can be looked into. */
import { visible } from '../../../src/visible.ts';
import { hints } from '../layout/hints.ts';

export interface KeptText {
  readonly a: string;
  readonly b: string;
  /** The names of all sides. */
  readonly sides: readonly string[];
}

/** Returns lines without a trailing newline, in which a command to copy is never broken. */
export function renderKept({ a, b, sides }: KeptText, columns: number | null): string {
  const commands = (what: string, command: (side: string) => string): readonly (readonly [string, string])[] =>
    sides.map((side) => [what.replace('SIDE', side), command(side)]);
  return [
    `${visible(a)} → ${visible(b)} is left up as it went wrong; its programs go on, and no other pair is begun`,
    '',
    ...hints(
      [
        ...commands('Enter the program of SIDE', (side) => `natcheck lab exec ${side} -- sh`),
        ...commands('See what SIDE sends', (side) => `natcheck lab exec ${side}/0/lab -- tcpdump -ni any`),
        ...commands("See what SIDE's router knows", (side) => `natcheck lab exec ${side}/router -- conntrack -L`),
        ['Enter the server', 'natcheck lab exec server -- bash'],
        ['End the lab', 'Ctrl-C here, or natcheck lab down'],
      ],
      columns,
    ),
  ].join('\n');
}

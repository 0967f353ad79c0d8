import { expect, it } from 'vitest';
import { renderKept } from '../../../../cli/render/lab/kept-text.ts';

const PAIR = { a: 'symmetric', b: 'full\u001b[2J-cone', sides: ['a', 'b'] };

it('a pair that is left up is shown with the commands to look into it', () => {
  expect(renderKept(PAIR, null)).toBe(`\
symmetric → full\\u001b[2J-cone is left up as it went wrong; its programs go on, and no other pair is begun

Enter the program of a     natcheck lab exec a -- sh
Enter the program of b     natcheck lab exec b -- sh
See what a sends           natcheck lab exec a/0/lab -- tcpdump -ni any
See what b sends           natcheck lab exec b/0/lab -- tcpdump -ni any
See what a's router knows  natcheck lab exec a/router -- conntrack -L
See what b's router knows  natcheck lab exec b/router -- conntrack -L
Enter the server           natcheck lab exec server -- bash
End the lab                Ctrl-C here, or natcheck lab down`);
});

it('on a narrow terminal, no command is broken', () => {
  const lines = renderKept(PAIR, 50).split('\n');
  expect(lines).toContain('  natcheck lab exec a/0/lab -- tcpdump -ni any');
});

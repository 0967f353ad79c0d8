/** Where the texts of a picture are, as wide as they can be in a common sans-serif. */

/** Of 12 px. */
const [CHARACTER_WIDTH, ASCENT, DESCENT] = [6.8, 9, 3];

interface Box {
  readonly words: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Pairs of texts that lie over each other, and texts that are not in the picture. */
export function overlaps(svg: string): readonly string[] {
  const boxes = boxesOf(svg);
  const [, width] = /width="(\d+)"/.exec(svg) ?? [];
  const beyond = boxes
    .filter(({ left, right }) => left < 0 || right > Number(width))
    .map(({ words }) => `${words} goes beyond the edge`);
  const over = boxes.flatMap((one, index) =>
    boxes
      .slice(index + 1)
      .filter((other) => one.left < other.right && other.left < one.right)
      .filter((other) => one.top < other.bottom && other.top < one.bottom)
      .map((other) => `${one.words} | ${other.words}`),
  );
  return [...beyond, ...over];
}

function boxesOf(svg: string): readonly Box[] {
  return [...svg.matchAll(/<text class="([^"]*)" x="([^"]*)" y="([^"]*)">([^<]*)</g)].map(
    ([, kind = '', x, y, words = '']) => {
      const width = words.replaceAll(/&[^;]+;/g, '.').length * CHARACTER_WIDTH;
      const isLeft = / left$|^at$/.test(kind);
      const left = Number(x) - (kind === 'host' ? width / 2 : isLeft ? width : 0);
      return { words, left, right: left + width, top: Number(y) - ASCENT, bottom: Number(y) + DESCENT };
    },
  );
}

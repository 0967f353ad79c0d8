/** How much of the disk images take that are made one on top of the other. */

export interface SizedImage {
  readonly id: string;
  /** With all that it is made on, in bytes. */
  readonly size: number;
  /** The digests of its layers, the lowest first. */
  readonly layers: readonly string[];
}

/** Counts what an image has in common with the largest one below it only once. */
export function sizeTogether(images: readonly SizedImage[]): number {
  const unique = [...new Map(images.map((image) => [image.id, image])).values()];
  const own = unique.map((image) => {
    const below = unique.filter((other) => other !== image && isBelow(other, image)).map(({ size }) => size);
    return image.size - Math.max(0, ...below);
  });
  return own.reduce((sum, bytes) => sum + bytes, 0);
}

function isBelow(lower: SizedImage, upper: SizedImage): boolean {
  const { length } = lower.layers;
  return length < upper.layers.length && lower.layers.every((layer, index) => layer === upper.layers[index]);
}

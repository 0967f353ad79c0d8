/** A pair as people write it: `full-cone × symmetric`, `full-cone×symmetric`, `full-cone x symmetric`. */

/** Returns the names of row and column; null if it is no pair. */
export function pairNames(text: string): readonly [row: string, column: string] | null {
  const [row, column, ...others] = text.split(/\s*×\s*|\s+x\s+/).map((name) => name.trim());
  return row && column && others.length === 0 ? [row, column] : null;
}

/** How much of each pair a page tells, so that it stays a reasonable file. */

export interface Level {
  /** Arrows in a ladder. */
  readonly rungs: number;
  /** The last lines of each program. */
  readonly lines: number;
  /** The first ones that went wrong, then others. */
  readonly tries: number;
}

export interface PageLevel {
  /** For cells that are as expected. */
  readonly right: Level;
  readonly wrong: Level;
}

/** From the most to the least. A page has the first one by which it is not too large. */
export const LEVELS: readonly [PageLevel, ...PageLevel[]] = [
  { right: { rungs: 60, lines: 200, tries: 10 }, wrong: { rungs: 120, lines: 400, tries: 10 } },
  { right: { rungs: 24, lines: 40, tries: 5 }, wrong: { rungs: 60, lines: 100, tries: 5 } },
  { right: { rungs: 12, lines: 10, tries: 1 }, wrong: { rungs: 24, lines: 40, tries: 3 } },
  { right: { rungs: 0, lines: 0, tries: 1 }, wrong: { rungs: 12, lines: 20, tries: 1 } },
  { right: { rungs: 0, lines: 0, tries: 0 }, wrong: { rungs: 0, lines: 0, tries: 1 } },
];

/** Tells who asks for this side under another id than the one that it waits for: mostly a typing error of either. */

/** More than that in one room are no typing errors. */
export const INCOMING_TOLD_MAX = 5;

/** Creates what is told of each peer that asks for this side; it passes a notice on for each id once, up to a number. */
export function createIncomingNotices({
  id,
  peer,
  tell,
}: {
  readonly id: string;
  readonly peer: string;
  readonly tell: (text: string) => void;
}): (from: string) => void {
  const told = new Set<string>([id, peer]);
  return (from) => {
    if (told.has(from) || told.size - 2 >= INCOMING_TOLD_MAX) return;
    told.add(from);
    tell(`${from} asks for ${id}, which waits for ${peer}: if that is your peer, one of the two ids is mistyped`);
  };
}

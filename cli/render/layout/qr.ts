/** A QR code (ISO/IEC 18004) in a terminal, two modules to a character, so that a line can be photographed in place of read out. */
import { Chalk } from 'chalk';
import { renderUnicodeCompact } from 'uqr';

/** The light margin around the code, in modules, that readers may count on (ISO/IEC 18004 §5.3.8). */
const QUIET_ZONE = 4;
/** What the largest code holds at the lowest level of error correction (ISO/IEC 18004 table 7: version 40-L, byte mode). */
const TEXT_MAX_BYTES = 2_953;

/**
 * Returns lines without a trailing newline; null where there is no terminal, it is too narrow for them, or the text too long.
 *
 * With colour, dark modules are black on white whatever the terminal's colours are. Without, light modules are drawn, as most
 * terminals are dark.
 */
export function renderQr(
  text: string,
  { columns, color }: { readonly columns: number | null; readonly color: boolean },
): string | null {
  if (columns === null || Buffer.byteLength(text) > TEXT_MAX_BYTES) return null;
  const lines = renderUnicodeCompact(text, { ecc: 'L', border: QUIET_ZONE, invert: color }).split('\n');
  if (columns < (lines[0]?.length ?? 0)) return null;
  const paint = new Chalk({ level: color ? 1 : 0 });
  return lines.map((line) => paint.bgWhiteBright.black(line)).join('\n');
}

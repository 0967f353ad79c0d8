/** A QR code (ISO/IEC 18004) as a drawing, black on white whatever the colours of the page are. */
import { encode } from 'uqr';
import { drawing } from '../../view/element.ts';
import { darkModules } from './dark-modules.ts';

/** The light margin around the code, in modules, that readers may count on (ISO/IEC 18004 §5.3.8). */
const QUIET_ZONE = 4;

export function qrCode(text: string, label: string): SVGElement {
  const { data, size } = encode(text, { ecc: 'M', border: QUIET_ZONE });
  return drawing(
    'svg',
    { viewBox: `0 0 ${size} ${size}`, role: 'img', 'aria-label': label, class: 'qr' },
    drawing('rect', { width: size, height: size, fill: '#fff' }),
    drawing('path', { d: darkModules(data), fill: '#000', 'shape-rendering': 'crispEdges' }),
  );
}

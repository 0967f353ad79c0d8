/** What a server listens on, as lines of text. */
import type { NatcheckServer } from '../../server/index.ts';
import { familyOf, formatEndpoint } from '../../src/endpoint.ts';

export function listeningText({ addresses, layouts, httpPort }: NatcheckServer): string {
  const http = layouts
    .flatMap((layout) => [...layout.addresses])
    .map((address) => `http://${formatEndpoint({ address, port: httpPort })}`);
  const tests = layouts.map((layout) => {
    const offer = layout.addresses.length === 2 ? 'on offer' : 'not on offer, for want of a second address';
    return `${familyOf(layout.addresses[0])} ${offer}`;
  });
  return [
    `UDP    ${addresses.map(formatEndpoint).join('  ')}`,
    `HTTP   ${http.join('  ')}`,
    `Tests  ${tests.join('; ')}`,
    '',
  ].join('\n');
}

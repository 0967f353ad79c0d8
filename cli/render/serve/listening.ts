/** Renders what a server listens on, as lines of text. */
import type { Layout, NatcheckServer, ServedAddress } from '../../../server/index.ts';
import { familyOf, formatEndpoint } from '../../../src/endpoint.ts';
import { visible } from '../../../src/visible.ts';
import { hang } from '../layout/wrap.ts';

const LABEL_WIDTH = 7;
type Row = readonly [label: string, text: string];

export function listeningText(server: NatcheckServer, columns: number | null = null): string {
  const { addresses, served, layouts, httpPort, isSecure, isGuarded, metricsAt } = server;
  const translated = served.filter(({ bound, announced }) => bound !== announced);
  const tcp = layouts
    .flatMap((layout) => [...layout.addresses])
    .map((address) => formatEndpoint({ address, port: httpPort }));
  const urls = (scheme: string): string => tcp.map((at) => `${scheme}${isSecure ? 's' : ''}://${at}`).join('  ');
  const tests = layouts.map((layout) => `${familyOf(layout.addresses[0])} ${testsOf(server, layout)}`);
  const rows: readonly Row[] = [
    ['UDP', addresses.map(formatEndpoint).join('  ')],
    ...(translated.length > 0 ? [['Bound', translated.map(sidesText).join('  ')] as const] : []),
    ['HTTP', urls('http')],
    ['Rooms', `${urls('ws')}  ${isGuarded ? 'token required' : 'open to everybody'}`],
    ['Tests', tests.join('; ')],
    ...relayRows(server),
    ...(metricsAt ? [['Pages', `http://${formatEndpoint(metricsAt)}/metrics  /healthz  /readyz`] as const] : []),
  ];
  return rows.map(([label, text]) => `${hang(label.padEnd(LABEL_WIDTH), visible(text), columns)}\n`).join('');
}

function testsOf({ partners }: NatcheckServer, { addresses }: Layout): string {
  if (addresses.length === 2) return 'available';
  if (partners.some(({ family }) => family === familyOf(addresses[0]))) return 'available while the partner answers';
  return 'not available: the tests need a second address';
}

function sidesText({ bound, announced }: ServedAddress): string {
  return `${bound} for ${announced}`;
}

function relayRows({ layouts, relay, turnUrls }: NatcheckServer): readonly Row[] {
  const urls = layouts.flatMap(({ addresses, port }) =>
    addresses.flatMap((address) => {
      const secure = relay?.turnsPort ? [`turns:${formatEndpoint({ address, port: relay.turnsPort })}`] : [];
      return [`turn:${formatEndpoint({ address, port })}`, ...secure];
    }),
  );
  return [
    ...(relay ? [['Relay', `${urls.join('  ')}  over UDP and TCP`] as const] : []),
    ...(relay?.isOpen ? [['Open', 'the relay, to everybody who joins a room (--open-relay)'] as const] : []),
    ...(turnUrls.length > 0 ? [['TURN', `${turnUrls.join('  ')}  offered to peers`] as const] : []),
  ];
}

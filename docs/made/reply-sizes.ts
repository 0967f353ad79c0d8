/** How long the server's reply to a plain request is: the table of docs/detection.md. */
import { type Layout, respond } from '../../server/stun/decisions/responder.ts';
import { encode } from '../../src/stun/encode.ts';
import { METHOD } from '../../src/stun/header.ts';
import { markdownTable } from './table.ts';

interface Family {
  readonly name: string;
  readonly client: string;
  readonly server: readonly [string, string];
  /** The headers of IP, without options or extensions, and of UDP. */
  readonly headerBytes: number;
}

const FAMILIES: readonly Family[] = [
  { name: 'IPv4', client: '192.0.2.7', server: ['203.0.113.10', '203.0.113.11'], headerBytes: 20 + 8 },
  { name: 'IPv6', client: '2001:db8:1::7', server: ['2001:db8::a', '2001:db8::b'], headerBytes: 40 + 8 },
];

const REQUEST = encode({
  class: 'request',
  method: METHOD.binding,
  transactionId: new Uint8Array(12),
  attributes: [],
});

export function replySizes(): string {
  const columns = [
    { head: `to a plain request of ${REQUEST.length} bytes` },
    ...['the reply', 'over it', 'with IP and UDP headers', 'over it'].map(
      (head) => ({ head, align: 'right' }) as const,
    ),
  ];
  const rows = FAMILIES.flatMap((family) => [
    [`${family.name}, two addresses`, ...sizes(family, family.server)],
    [`${family.name}, one address`, ...sizes(family, [family.server[0]])],
  ]);
  return markdownTable(columns, rows);
}

function sizes({ client, headerBytes }: Family, addresses: Layout['addresses']): readonly string[] {
  const port = 3478;
  const answer = respond(
    0,
    { port, altPort: 3479, addresses },
    { datagram: REQUEST, local: { address: addresses[0], port }, remote: { address: client, port: 40_000 } },
  );
  if (answer.kind === 'drop') throw new Error(`the server drops a plain request: ${answer.why}`);
  const [sent, came] = [answer.bytes.length + headerBytes, REQUEST.length + headerBytes];
  return [
    `${answer.bytes.length}`,
    ratio(answer.bytes.length / REQUEST.length),
    `${sent} to ${came}`,
    ratio(sent / came),
  ];
}

function ratio(value: number): string {
  return `${Number(value.toFixed(2))}×`;
}

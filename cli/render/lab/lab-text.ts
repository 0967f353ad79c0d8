/** Renders what `natcheck lab` shows: what a lab contains, and what was detected in it. */
import { Chalk } from 'chalk';
import type { LabDetection } from '../../../lab/docker/keeper/detect-all.ts';
import type { RunningLab } from '../../../lab/docker/keeper/running-lab.ts';
import { DEFAULT_ALT_PORT, DEFAULT_HTTP_PORT, DEFAULT_PORT } from '../../../src/endpoint.ts';
import { detectionTable } from '../detection-table.ts';
import { hints } from '../layout/hints.ts';
import { alignColumns } from '../layout/table.ts';
import { visibleIn } from '../layout/visible-in.ts';
import { hang } from '../layout/wrap.ts';

export interface RenderLabOptions {
  readonly color: boolean;
  /** The terminal's width; null or left out where there is no terminal. */
  readonly columns?: number | null;
}

/** Returns lines without a trailing newline, in which a command to copy is never broken. */
export function renderLab(given: RunningLab, { color, columns = null }: RenderLabOptions): string {
  const paint = new Chalk({ level: color ? 1 : 0 });
  const { server, sites } = visibleIn(given);
  const head = ['NAT', 'public address', 'client', 'client address'].map((title) => paint.dim(title));
  const rows = sites.flatMap(({ name, clients }) =>
    clients.flatMap(({ address, publicAddress, address6, publicAddress6 }, index) => [
      [name, publicAddress, `${name}/${index}`, address],
      ...(address6 && publicAddress6 ? [[name, publicAddress6, `${name}/${index}`, address6]] : []),
    ]),
  );
  const ports = `UDP ${DEFAULT_PORT} and ${DEFAULT_ALT_PORT}, HTTP ${DEFAULT_HTTP_PORT}`;
  const addresses = [
    `${server.primary} and ${server.alternate}`,
    ...(server.primary6 ? [`${server.primary6} and ${server.alternate6}`] : []),
  ];
  const [site] = sites;
  const place = site ? site.name : 'server';
  const hasGuests = typeof site?.clients[0]?.guest === 'string';
  return [
    ...addresses.map((both, index) =>
      hang(index === 0 ? `${paint.bold('Server')}  ` : '        ', `${both}, ${ports}`, columns),
    ),
    '',
    ...alignColumns([head, ...rows], { columns, hasHead: true }),
    '',
    ...hints(
      [
        ['Run a program', `natcheck lab exec ${place} -- natcheck detect --server ${server.primary}`],
        ['Open a shell', `natcheck lab exec ${place} -- ${hasGuests ? 'sh' : 'bash'}`],
        ['Detect from every client', 'natcheck lab detect'],
        ['End the lab', 'natcheck lab down'],
      ],
      columns,
    ),
  ].join('\n');
}

/** Returns lines without a trailing newline; clients are named where a NAT has several, and families where it has both. */
export function renderLabDetections(
  detections: readonly LabDetection[],
  { color, columns = null }: RenderLabOptions,
): string {
  const hasSeveral = detections.some(({ client }) => client > 0);
  const withIpv6 = new Set(detections.flatMap(({ nat, family }) => (family === 'IPv6' ? [nat] : [])));
  const rows = detections.map(({ nat, family, expected, client, report }) => ({
    label: `${nat}${hasSeveral ? `/${client}` : ''}${withIpv6.has(nat) ? ` ${family}` : ''}`,
    expected,
    report,
  }));
  return detectionTable(rows, { color, columns, shows: 'public-endpoint' }).join('\n');
}

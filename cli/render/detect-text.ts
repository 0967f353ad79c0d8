/** Renders the text report of a detection: the verdict, what it means, which peers can be reached, and on request the evidence. */
import { Chalk, type ChalkInstance } from 'chalk';
import { type Endpoint, type Family, formatEndpoint } from '../../src/endpoint.ts';
import type { Finding } from '../../src/nat/behavior.ts';
import type { ProbeEvidence, Rejection } from '../../src/nat/evidence.ts';
import { explainReason } from '../../src/nat/reason.ts';
import type { DetectReport, FamilyReport } from '../../src/nat/report.ts';
import type { VerdictType } from '../../src/nat/verdict.ts';
import type { TechniqueChoice } from '../../src/punch/attempt/techniques/choose-technique.ts';
import { peerChoices } from '../../src/punch/report/words/peers.ts';
import { MEANING, techniqueWords } from '../../src/punch/report/words/verdict.ts';
import { alignColumns } from './layout/table.ts';
import { visibleIn } from './layout/visible-in.ts';
import { hang } from './layout/wrap.ts';
import { EARLY_TEXT, hairpinText, lifetimeText, routerText } from './more-text.ts';
import { portsText } from './ports-text.ts';
import { translationText } from './translation-text.ts';

export interface RenderOptions {
  readonly color: boolean;
  /** Whether every probe is shown, in its own row. */
  readonly verbose: boolean;
  /** The terminal's width; null or left out where there is no terminal. */
  readonly columns?: number | null;
}

const LABEL_WIDTH = 11;

interface Look {
  readonly paint: ChalkInstance;
  readonly columns: number | null;
}

/** Returns lines without a trailing newline; where both IP versions were detected, one part for each, under its name. */
export function renderDetectReport(given: DetectReport, { color, verbose, columns = null }: RenderOptions): string {
  const { ipv6, ...report } = visibleIn(given);
  const look = { paint: new Chalk({ level: color ? 1 : 0 }), columns };
  const parts = ipv6
    ? ([
        ['IPv4', report],
        ['IPv6', ipv6],
      ] as const)
    : ([[null, report]] as const);
  return parts.flatMap(([family, one]) => partOf(one, { look, family, verbose })).join('\n\n');
}

/** Returns the blocks of one report. */
function partOf(
  report: FamilyReport,
  { look, family, verbose }: { readonly look: Look; readonly family: Family | null; readonly verbose: boolean },
): readonly string[] {
  const title = family ? [look.paint.bold.underline(family)] : [];
  const blocks = [
    [...title, ...headBlock(report, look)],
    peerBlock(report, { ...look, family }),
    ...(verbose ? [evidenceBlock(report, look)] : []),
  ];
  return blocks.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'));
}

function headBlock(report: FamilyReport, { paint, columns }: Look): readonly string[] {
  const { verdict, mapping, filtering, local, server, elapsedMs } = report;
  const row = (label: string, value: string): string => hang(paint.dim(label.padEnd(LABEL_WIDTH)), value, columns);
  const lines = [row('NAT type', verdictPaint(verdict.type, paint)(verdict.type)), row('', MEANING[verdict.type])];
  // What the reason of the verdict explains is not explained again.
  const brief = (text: string): string =>
    verdict.reason ? text.replace(`: ${explainReason(verdict.reason)}`, '') : text;
  if (verdict.reason) lines.push(row('Reason', `${verdict.reason}: ${explainReason(verdict.reason)}`));
  if (report.public)
    lines.push(row('Public', `${endpoint(report.public)}${local ? ` (local ${endpoint(local)})` : ''}`));
  if (report.public) {
    lines.push(row('Mapping', brief(findingText(mapping))), row('Filtering', brief(findingText(filtering))));
    lines.push(row('Ports', brief(portsText(report))), row('Addresses', brief(translationText(report.translation))));
    if (report.early?.behavior === 'changes-port') lines.push(row('Early', EARLY_TEXT));
    if (report.hairpin) lines.push(row('Hairpin', hairpinText(report.hairpin)));
    if (report.lifetime) lines.push(row('Lifetime', lifetimeText(report.lifetime)));
  }
  if (report.router) lines.push(row('Router', routerText(report.router)));
  if (server) lines.push(row('Server', `${serverText(server)}, ${(elapsedMs / 1000).toFixed(2)} s`));
  return lines;
}

function serverText({ host, address, port }: NonNullable<DetectReport['server']>): string {
  return host === address ? endpoint({ address, port }) : `${host} (${endpoint({ address, port })})`;
}

function findingText({ behavior, reason }: Finding): string {
  return reason === null ? behavior : `${behavior} (${reason}: ${explainReason(reason)})`;
}

function peerBlock(
  report: FamilyReport,
  { paint, columns, family }: Look & { readonly family: Family | null },
): readonly string[] {
  const rows = peerChoices(report)?.map(([name, choice]) => [
    `    ${name}`,
    techniquePaint(choice, paint)(techniqueWords(choice)),
  ]);
  const over = family ? ` over ${family}` : '';
  return rows ? [paint.bold(`A direct path${over} to a peer behind`), ...alignColumns(rows, { columns })] : [];
}

function evidenceBlock({ probes, rejected }: FamilyReport, { paint, columns }: Look): readonly string[] {
  if (probes.length === 0 && rejected.length === 0) return [];
  return [
    paint.bold('Evidence'),
    ...alignColumns(probes.map(probeRow), { columns }),
    ...rejected.map((one) => hang('  not believed: ', rejectionText(one), columns)),
  ];
}

function probeRow({ test, to, sends, answers, from, rttMs, mapped }: ProbeEvidence): readonly string[] {
  const answered = from && mapped ? `from ${endpoint(from)} after ${rttMs} ms, seen as ${endpoint(mapped)}` : 'silence';
  return [`    ${test}`, `to ${endpoint(to)}`, `${answers} of ${sends} answered`, answered];
}

function rejectionText({ cause, socket, from, errorCode, count }: Rejection): string {
  const code = errorCode === null ? '' : ` ${errorCode}`;
  return `${count} × ${cause}${code} from ${endpoint(from)} on the ${socket} socket`;
}

function endpoint(one: Endpoint): string {
  return formatEndpoint(one);
}

function verdictPaint(type: VerdictType, paint: ChalkInstance): ChalkInstance {
  switch (type) {
    case 'open':
    case 'full-cone':
      return paint.green.bold;
    case 'firewalled':
    case 'restricted':
    case 'port-restricted':
      return paint.cyan.bold;
    case 'symmetric':
    case 'inconclusive':
      return paint.yellow.bold;
    case 'udp-blocked':
      return paint.red.bold;
  }
}

function techniquePaint({ technique }: TechniqueChoice, paint: ChalkInstance): ChalkInstance {
  switch (technique) {
    case 'simultaneous-open':
      return paint.green;
    case 'port-prediction':
    case 'birthday':
      return paint.yellow;
    case 'relay':
      return paint.red;
  }
}

/** Renders what a server's check from outside has found: a line for each port, and what to do about it. */
import type { PortVerdict, ReachReport, TcpReach, UdpReach } from '../../../server/index.ts';
import { type Endpoint, formatEndpoint } from '../../../src/endpoint.ts';
import { explainReason } from '../../../src/nat/reason.ts';
import { visible } from '../../../src/visible.ts';
import { hang } from '../layout/wrap.ts';

export function reachText({ udp, tcp }: ReachReport, columns: number | null = null): string {
  const rows = [...udp.map(udpRow), ...tcp.map(tcpRow)];
  const width = Math.max(...rows.map(([port]) => port.length));
  return rows.map(([port, text]) => `${hang(`${port.padEnd(width)}  `, visible(text), columns)}\n`).join('');
}

type Row = readonly [port: string, text: string];

function udpRow(reach: UdpReach): Row {
  const port = `UDP ${formatEndpoint(reach.announced)}`;
  return [port, `${reach.service === 'relay' ? 'relay, ' : ''}${verdictText(reach.verdict, reach)}`];
}

function verdictText(verdict: PortVerdict, { bound, announced }: UdpReach): string {
  switch (verdict.kind) {
    case 'reached':
      return `reached: ${formatEndpoint(verdict.from)} came in unasked`;
    case 'blocked':
      return (
        `BLOCKED: ${formatEndpoint(verdict.by)} answers this port, but what comes unasked is dropped on the way in; ` +
        `let UDP from anywhere in to port ${announced.port}, in the firewall of the cloud or router and in that of this host`
      );
    case 'seen-elsewhere':
      return `WRONG: ${formatEndpoint(verdict.by)} sees it as ${formatEndpoint(verdict.at)}; ${remedyText(verdict, { bound, announced })}`;
    case 'unanswered':
      return (
        `NO ANSWER: ${explainReason(verdict.reason)}; a firewall may drop UDP on the way out from port ${bound.port} or the ` +
        'answers to it, or the servers asked are down: --check-through names others'
      );
    case 'seen':
      return `seen as announced by ${formatEndpoint(verdict.by)}; what comes unasked could not be tested: ${explainReason(verdict.reason)}`;
  }
}

/** What to do where a server outside sees the port by another endpoint than is announced. */
function remedyText(
  { at }: Extract<PortVerdict, { readonly kind: 'seen-elsewhere' }>,
  { bound, announced }: Pick<UdpReach, 'bound' | 'announced'>,
): string {
  if (at.port !== bound.port) {
    return 'the NAT changes ports, so it is no 1:1 NAT: have it forward the ports of this server unchanged';
  }
  if (at.address === bound.address) return `nothing translates it: give --ip ${bound.address}`;
  return `give --ip ${bound.address}=${at.address} in place of ${announced.address}`;
}

/** How a service is tried from another machine. */
const TRIED: Readonly<Record<TcpReach['service'], (at: string, endpoint: Endpoint) => string>> = {
  http: (at) => `curl http://${at}/healthz`,
  https: (at) => `curl -k https://${at}/healthz`,
  turn: (_, { address, port }) => `nc -vz ${address} ${port}`,
  turns: (at) => `openssl s_client -connect ${at} </dev/null`,
};

function tcpRow({ service, announced }: TcpReach): Row {
  const at = formatEndpoint(announced);
  return [
    `TCP ${at}`,
    `not tested, since nobody connects back; with the server running, on another machine: ${TRIED[service](at, announced)}`,
  ];
}

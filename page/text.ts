/** Every text of the page but those that the command line has as well (src/punch/report/words, src/nat/reason.ts). */
import type { Family } from '../src/endpoint.ts';
import type { VerdictType } from '../src/nat/verdict.ts';

export const TEXT = {
  connecting: 'Connecting to the server…',
  asking: 'The browser sends packets to the server…',
  seen: (endpoint: string) => `The server sees this browser at ${endpoint}. It now tries what comes in from elsewhere…`,
  done: (verdict: string) => `Done: ${verdict}`,
  failed: 'The test did not finish',
  again: 'Test again',
  copy: 'Copy as JSON',
  copied: 'Copied',
  copyRefused: 'The browser does not let the page copy; the JSON is selected below',
  share: 'Copy a link to this result',
  shareHint: 'The link has the verdict in it, and no address.',
  shared: (verdict: string) => `The link that you have opened is about another browser: ${verdict}. Below is yours.`,
  public: 'Public endpoint',
  mapping: 'Mapping',
  filtering: 'Filtering',
  reason: 'Why',
  time: 'Time',
  seconds: (ms: number) => `${(ms / 1000).toFixed(1)} s`,
  peers: (family: Family | null) => `A direct path${family ? ` over ${family}` : ''} to a peer behind`,
  peersHead: ['The peer', 'natcheck opens the path'] as const,
  peersNote:
    'What is said of ports and odds is what `natcheck punch` can do. A page can only let the browser try; where that is not enough, it needs a relay.',
  way: 'The way of the packets',
  evidence: 'What was sent, and what came',
  evidenceHead: ['Test', 'Socket', 'To', 'Came', 'Seen as'] as const,
  came: (answers: number, sends: number) => (answers === sends ? `${answers}` : `${answers} of ${sends}`),
  json: 'The report as JSON',
  limits: 'What a page cannot tell',
  limitsText:
    'How the NAT chooses its next ports, how long it keeps a mapping, whether it lets two of its own hosts talk by their public endpoints, and whether it is one-to-one. The command line can:',
  command: (host: string) => `npx natcheck detect --server ${host}`,
  behind: 'How it works',
  behindText:
    'The server is an ICE peer of this page. The browser checks its endpoints, which shows where its packets come from; and the server checks the browser from endpoints to which one of its sockets has never sent, which shows what the NAT lets in. Silence counts only where the same packet gets through to a socket that has.',
} as const;

/** Why no WebSocket to the server opens, for the verdict and for the path to a friend. */
export const CONNECTION_PROBLEMS = {
  'no-websocket':
    'The server answers, but no WebSocket to it opens: a proxy in between does not pass on the Upgrade that begins one, or the browser forbids it to this page.',
  unreachable: 'The server cannot be reached: it is down or just being restarted, or the network is cut.',
  'unreachable-by-tls':
    'The server cannot be reached: it is down or just being restarted, or the network is cut. Or its certificate is not valid: it has expired, or the clock of this device is wrong.',
  offline: 'This device is offline: the browser has no network.',
  silent:
    'The connection to the server is there, but nothing comes from it: the network is cut, or something in between holds it back.',
  'other-version':
    'The server does not speak the version of this page: it was renewed after the page was loaded. Load the page again.',
} as const;
export type ConnectionProblem = keyof typeof CONNECTION_PROBLEMS;

/** Sentences for what can go wrong before there is a verdict. */
export const PROBLEMS = {
  ...CONNECTION_PROBLEMS,
  'no-webrtc':
    'This browser has no WebRTC, or forbids it to this page: without it, a page cannot send packets over UDP. Another browser, or `natcheck detect`, can.',
  'server-lost':
    'The connection to the server has ended in the middle of the test: the server was restarted, the network is another one now, or the tab was put to sleep.',
  refused: 'The server has refused the test',
} as const;
export type Problem = keyof typeof PROBLEMS;

/** What a verdict means for whoever wants to be reached. */
export const SHORT: Readonly<Record<VerdictType, string>> = {
  open: 'No NAT, no firewall',
  firewalled: 'No NAT, but a firewall',
  'full-cone': 'A full-cone NAT',
  restricted: 'A restricted-cone NAT',
  'port-restricted': 'A port-restricted NAT',
  symmetric: 'A symmetric NAT',
  'udp-blocked': 'UDP is blocked',
  inconclusive: 'Not settled',
};

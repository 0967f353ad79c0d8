/** Every text of the path to a friend but those of a punch (src/punch/report). */
import type { RefusalCode } from '../../src/rendezvous/protocol/refusal.ts';
import { CONNECTION_PROBLEMS } from '../text.ts';

/** What the two sides are called, in the steps and in every sentence of a plan. */
export const SIDES = { id: 'this browser', peer: 'your friend' } as const;

export const TEXT = {
  title: 'Path to a friend',
  about:
    'Make a link and send it to a friend. The two browsers then try to reach each other directly, and both pages show how: each learns the other’s address.',
  invite: 'Invite a friend',
  loading: 'Loading…',
  link: 'The link for your friend',
  copy: 'Copy the link',
  copied: 'Copied',
  copyRefused: 'The browser does not let the page copy; the link is selected',
  qr: 'The same link as a QR code',
  leave: 'Leave',
  again: 'Try again',
  joining: 'Connecting to the server…',
  alone: 'You are the first here. Waiting for your friend to open the link…',
  full: 'Two are here already, and the link is for two. Waiting a moment for one of them to leave…',
  met: 'Your friend is here. The browsers try to reach each other…',
  connected: 'There is a path. Waiting whether a direct one opens…',
  measuring: 'There is a path. Measuring it…',
  left: 'Your friend has left. Waiting for your friend to come again…',
  lost: 'The connection to your friend is lost. Waiting for your friend to come again…',
  pathLost: 'The path is lost: your friend is gone, or the way is cut. You can try again.',
  awayFromServer: 'Your friend has lost the connection to the server; the path does not need it.',
  crowded: 'Somebody else has opened the link too. It is for two: nobody but your friend is let in.',
  serverLost: 'The connection to the server is lost, and is tried again…',
  serverBack: 'The server is back.',
  steps: 'The seven steps',
  at: (ms: number) => `${ms} ms`,
  hidden: 'an address that the browser hides',
  plan: 'What natcheck expects',
  direct: 'A direct path',
  relayed: 'A path through a relay',
  failed: 'No path',
  done: (what: string) => `Done: ${what}`,
  why: 'Why',
  ends: 'Candidates',
  pair: (local: string, remote: string) => `${local} here, ${remote} there`,
  here: 'Here',
  there: 'There',
  roundTrip: 'Round trip',
  rtt: ({ min, mean, max }: { readonly min: number; readonly mean: number; readonly max: number }) =>
    `${min.toFixed(1)} / ${mean.toFixed(1)} / ${max.toFixed(1)} ms (least / mean / most)`,
  loss: 'Loss',
  lostOf: (lost: number, probes: number) => `${lost} of ${probes} probes`,
  throughput: 'Throughput',
  rate: (bits: number) => (bits >= 1e6 ? `${(bits / 1e6).toFixed(1)} Mbit/s` : `${(bits / 1e3).toFixed(0)} kbit/s`),
  rates: (sent: string, received: string) => `${sent} to your friend, ${received} from there`,
  notMeasured: 'not measured',
  measure: 'Measure the throughput',
  measureHint: 'Five seconds each way, and 128 MiB each way at most.',
  sending: 'Sending for five seconds…',
  receiving: 'Your friend sends for five seconds…',
  forPunch: (plan: string) => `${plan}, which natcheck punch tries, and no browser can`,
  byCommand:
    'The command line can try it. Each of you runs this on the machine of the browser, one of you with the two ids swapped:',
  command: (host: string) => `npx natcheck punch --id one --peer two --server ${host}`,
  chat: 'Chat over the path',
  chatLabel: 'A line to your friend',
  send: 'Send',
  you: 'you',
  friend: 'your friend',
  flood: 'Your friend sends more than is shown here.',
  tooFast: 'Not so fast: this line was not sent.',
  unexplained: 'Nothing came through, and why is unknown: too little is known of one of the two networks.',
  expected: 'By what is known of both sides a direct path should have opened: a firewall may drop UDP between the two.',
} as const;

/** Why the two do not meet. */
export const PROBLEMS = {
  ...CONNECTION_PROBLEMS,
  'no-webrtc':
    'This browser has no WebRTC, or forbids it to this page: without it, two browsers cannot reach each other. Another browser, or `natcheck punch`, can.',
  'not-loaded': 'A part of the page did not load: the server may have been renewed meanwhile. Load the page again.',
  'server-lost': 'The connection to the server is lost, and did not come back within 30 seconds.',
  'broken-link': 'The link is not whole: a part of it was lost on the way. Ask your friend for it again.',
  full: 'Two are here already, and the link is for two. Ask your friend for another link.',
  'id-in-use': 'The server takes this page for another one that is here already. Try again.',
  'server-full': 'The server has as many visitors as it may have. Try again later.',
  'source-full': 'Too many connections come from your network at the moment. Try again later.',
  'needs-token':
    'This server lets in only those who have its token, which a page cannot ask for: use `natcheck punch --token`.',
  refused: 'The server has refused this page.',
} as const;
export type FriendProblem = keyof typeof PROBLEMS;

/** What each refusal of the server means here; null where it ends nothing. */
export const PROBLEM_OF: Readonly<Record<RefusalCode, FriendProblem | null>> = {
  'bad-message': null,
  unauthorized: 'needs-token',
  'id-in-use': 'id-in-use',
  'room-full': 'full',
  'too-many-rooms': 'server-full',
  'server-full': 'server-full',
  'source-full': 'source-full',
  'source-busy': 'source-full',
  'not-joined': 'refused',
  'already-joined': null,
  'join-timeout': 'refused',
  'peer-is-self': null,
  'not-paired': null,
  'peer-away': null,
  'too-many-asks': 'refused',
  'rate-limited': 'refused',
  replaced: 'id-in-use',
  silent: null,
};

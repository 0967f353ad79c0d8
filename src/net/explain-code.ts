/** What a code of the system, of TLS, of HTTP or of a WebSocket means to a user, and what can be done: one table. */
import { formatEndpoint } from '../endpoint.ts';

/** What was done when the code came: a connection to the rendezvous, to a TURN server or to a broker, a datagram, or listening. */
export type Way =
  | 'ws'
  | 'wss'
  | 'turn'
  | 'turns'
  | 'turn-in-use'
  | 'mqtt'
  | 'mqtts'
  | 'udp'
  | 'listen-udp'
  | 'listen-tcp';

export interface CodeContext {
  readonly way: Way;
  /** A name or an IP address, without brackets. */
  readonly host: string;
  readonly port: number;
}

/** Returns where a rendezvous is. @throws TypeError when the URL is none. */
export function rendezvousAt(url: string): CodeContext {
  const { hostname, port, protocol } = new URL(url);
  const [way, usual] = protocol === 'wss:' ? (['wss', 443] as const) : (['ws', 80] as const);
  return { way, host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? usual : Number(port) };
}

/** Returns the code of an error, or the message of one that has none. Some errors of TLS say only in their message what it was. */
export function codeOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'EPROTO' && message.includes('wrong version number')) return 'ERR_SSL_WRONG_VERSION_NUMBER';
  return code ?? message;
}

/** How the user writes the server with TLS, without it, and by another name. */
const WRITTEN: Readonly<
  Record<'rendezvous' | 'turn' | 'mqtt', Readonly<Record<'secure' | 'plain' | 'named', string>>>
> = {
  rendezvous: {
    secure: '--rendezvous wss://{at}',
    plain: '--rendezvous ws://{at}',
    named: '--rendezvous wss://NAME:{port}',
  },
  mqtt: { secure: '--broker mqtts://{at}', plain: '--broker mqtt://{at}', named: '--broker mqtts://NAME:{port}' },
  turn: { secure: '--turn turns:{at}', plain: "--turn 'turn:{at}?transport=tcp'", named: '--turn turns:NAME:{port}' },
};

const NOT_LISTENING =
  'nothing listens on TCP {at}: check the address and the port, and that the server takes TURN over TCP';
const NO_BROKER = 'nothing listens on TCP {at}: check the address and the port, and that the broker is running';
const ENDED = '{at} ended the connection: check that the server is running';
const NO_TURN = '{at} sent what is no TURN: check the port';
const CUT = '{at} ended the connection without an answer: check the port, or try {plain} if it speaks no TLS';
const NO_TLS = '{at} speaks no TLS: {plain} connects without it, so that everybody on the way can read along';
const NO_HANDSHAKE = 'the TLS handshake with {at} failed: check the port, or try {plain} if it speaks no TLS';
const UNKNOWN_ISSUER =
  'the certificate of {at} comes from an authority that this host does not trust: name that CA in NODE_EXTRA_CA_CERTS';
const NO_CHAIN =
  'the certificate of {at} leads to no authority that this host trusts: the server has to send the certificates between, or its CA has to be named in NODE_EXTRA_CA_CERTS';
const MOVED = '{at} sends its clients to another URL, which is not followed: ask there, with --rendezvous';
const BEHIND = 'the proxy at {at} does not reach the server behind it: whether that one is running is for its operator';
const SILENT_NAMES =
  'the name servers do not answer, so {host} cannot be looked up: check the connection, or give an IP address';
const FORBIDDEN = '{at} lets nobody in without a login of its own: whoever runs it can say where the rendezvous is';

/**
 * Each is a sentence with a remedy. A code that means something else on one way has an entry `CODE WAY`; all codes that
 * begin alike may share one by that beginning.
 */
const SENTENCES: Readonly<Record<string, string>> = {
  ECONNREFUSED:
    'nothing listens on TCP {at}: a server that speaks only STUN has no rendezvous; natcheck serve has one, and --rendezvous wss://HOST:PORT names one that is elsewhere',
  'ECONNREFUSED mqtt': NO_BROKER,
  'ECONNREFUSED mqtts': NO_BROKER,
  'ECONNREFUSED turn': NOT_LISTENING,
  'ECONNREFUSED turns': NOT_LISTENING,
  ECONNRESET: '{at} ended the connection without an answer: check the port, and that the server is running',
  'ECONNRESET ws': '{at} ended the connection without an answer, as a server with TLS does: try {secure}',
  'ECONNRESET wss': CUT,
  'ECONNRESET turns': CUT,
  'ECONNRESET turn-in-use': ENDED,
  EPIPE: '{at} ended the connection while something was sent to it: check that the server is running',
  EOF: ENDED,
  ETIMEDOUT: '{at} did not answer in time: check the address and the port, or whether a firewall drops what is sent',
  EHOSTUNREACH: 'no way leads to {host}: a router or this host says so; check the address, and that it is on line',
  ENETUNREACH: 'this host has no route to {host}: check that it is on line, and has an address of that family',
  EADDRNOTAVAIL: 'this host cannot send to {host} from the given local address, which is none of its own',
  ENOTFOUND: 'no name server knows an address of {host}: check how it is written',
  EAI_AGAIN: SILENT_NAMES,
  ETIMEOUT: SILENT_NAMES,
  ECANCELLED: SILENT_NAMES,
  EACCES: 'this host does not permit sending to {at}: check its firewall, and that this is the address of one host',
  EPERM: 'this host does not permit sending to {at}: check its firewall',
  EMFILE: 'this process has too many files and sockets open: raise the limit with ulimit -n',
  ENFILE: 'this host has too many files and sockets open: end what is not needed',
  ENOBUFS: 'this host has no room left to send: try again when it has less to do',
  EPROTO: NO_HANDSHAKE,
  'EPROTO turn': NO_TURN,
  'EPROTO turn-in-use': NO_TURN,
  ERR_SSL_WRONG_VERSION_NUMBER: NO_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NO_TLS,
  ERR: NO_HANDSHAKE,
  DEPTH_ZERO_SELF_SIGNED_CERT:
    'the certificate of {at} is signed by itself, so nobody vouches for it: if it is the right one, name its file in NODE_EXTRA_CA_CERTS',
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_ISSUER,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: NO_CHAIN,
  UNABLE_TO_GET_ISSUER_CERT: NO_CHAIN,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: NO_CHAIN,
  CERT_HAS_EXPIRED:
    'the certificate of {at} has expired: its operator has to renew it, or the clock of this host is wrong',
  CERT_NOT_YET_VALID: 'the certificate of {at} is not valid yet: the clock of this host is wrong, or that of its maker',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate of {at} is for another name: give that name, with {named}',
  HPE: '{at} does not speak HTTP: check the port, or try {secure}',
  HTTP: '{at} is a web server that opens no WebSocket: check the port, and the URL of --rendezvous',
  'HTTP 301': MOVED,
  'HTTP 302': MOVED,
  'HTTP 307': MOVED,
  'HTTP 308': MOVED,
  'HTTP 400': '{at} is a web server that takes the request for a wrong one: check the port, or try {secure}',
  'HTTP 401': FORBIDDEN,
  'HTTP 403': FORBIDDEN,
  'HTTP 404': '{at} is a web server without a rendezvous at that path: check the URL of --rendezvous',
  'HTTP 502': BEHIND,
  'HTTP 504': BEHIND,
  'no TLS in time': '{at} accepts connections, and does not answer in TLS: check the port, or try {plain}',
  'no answer to the join': '{at} takes WebSockets, and does not answer as a rendezvous: check the URL of --rendezvous',
  'Opening handshake has timed out': '{at} accepts connections, and answers nothing: check the port',
  WebSocket: '{at} closed the WebSocket: it has ended, was restarted, or is no natcheck server',
  'WebSocket 1006': '{at} ended the connection without a word: it has ended, was restarted, or is no natcheck server',
  'EADDRINUSE listen-udp':
    'UDP {at} is already in use: end the process that has it (ss -lunp shows it), or choose another port',
  'EADDRINUSE listen-tcp':
    'TCP {at} is already in use: end the process that has it (ss -ltnp shows it), or choose another port',
  'EADDRNOTAVAIL listen-udp': '{host} is not an address of this host: ip address shows those that are',
  'EADDRNOTAVAIL listen-tcp': '{host} is not an address of this host: ip address shows those that are',
  'EACCES listen-udp':
    'this user may not listen on UDP {at}: a port below 1024 takes root or CAP_NET_BIND_SERVICE; choose a higher one',
  'EACCES listen-tcp':
    'this user may not listen on TCP {at}: a port below 1024 takes root or CAP_NET_BIND_SERVICE; choose a higher one',
};

/** What is said of a code that is not in the table. */
const OTHERWISE: Readonly<Record<Way, string>> = {
  ws: '{at} could not be connected to',
  wss: '{at} could not be connected to over TLS',
  turn: '{at} could not be connected to',
  turns: '{at} could not be connected to over TLS',
  mqtt: 'the broker at {at} could not be connected to',
  mqtts: 'the broker at {at} could not be connected to over TLS',
  'turn-in-use': 'the connection to {at} has ended',
  udp: 'nothing could be sent to UDP {at}',
  'listen-udp': 'cannot listen on UDP {at}',
  'listen-tcp': 'cannot listen on TCP {at}',
};

/**
 * Returns one sentence that says what the code means and what can be done, with the code in brackets behind it. A code that
 * is not in the table is named as what the system said.
 */
export function explainCode(code: string, { way, host, port }: CodeContext): string {
  const [kind = code] = code.split(/[ _]/);
  const known = SENTENCES[`${code} ${way}`] ?? SENTENCES[code] ?? SENTENCES[kind];
  const place = { at: formatEndpoint({ address: host, port }), host, port: String(port) };
  const service = way.startsWith('turn') ? 'turn' : way.startsWith('mqtt') ? 'mqtt' : 'rendezvous';
  const written = Object.entries(WRITTEN[service]);
  const values = { ...place, ...Object.fromEntries(written.map(([name, text]) => [name, filled(text, place)])) };
  return known ? `${filled(known, values)} [${code}]` : `${filled(OTHERWISE[way], values)}: the system said ${code}`;
}

/** Puts the values in the places of their names in braces. */
function filled(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '');
}

const FILES: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or directory',
  EACCES: 'this user may not use it',
  EPERM: 'this user may not use it',
  EISDIR: 'it is a directory',
  ENOTDIR: 'something on the way to it is no directory',
  EROFS: 'its file system can only be read',
  EBADF: 'no file is open there',
  ENOSPC: 'there is no room left on its file system',
};

/** Returns a clause that says what a code of the system means for a file or directory. */
export function explainFileCode(code: string): string {
  const known = FILES[code];
  return known ? `${known} [${code}]` : `the system said ${code}`;
}

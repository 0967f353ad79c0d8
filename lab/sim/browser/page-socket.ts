/**
 * A socket of a simulated browser: an ICE agent that checks what it is told to, and answers checks. It does so at the pace of one of
 * two browsers, as it was seen on the wire (docs/browser.md).
 */
import { type Endpoint, sameEndpoint } from '../../../src/endpoint.ts';
import { encodeCheck, encodeSuccess } from '../../../src/ice/checks/messages.ts';
import { createCredentials, type IceCredentials } from '../../../src/ice/credentials.ts';
import { randomTieBreaker } from '../../../src/ice/role.ts';
import { decode } from '../../../src/stun/decode.ts';
import { TRANSACTION_ID_BYTES } from '../../../src/stun/header.ts';
import { checkIntegrity, shortTermKey } from '../../../src/stun/integrity.ts';
import { attribute, type StunMessage } from '../../../src/stun/message.ts';
import type { Host, UdpSocket } from '../network/host.ts';
import type { Random } from '../network/random.ts';
import type { World } from '../network/world.ts';

/**
 * `chromium` sends one check at a time, to each endpoint in turn, and one that is triggered first; `firefox` sends to each endpoint
 * by itself, ever more seldom.
 */
export type BrowserKind = 'chromium' | 'firefox';

const CHROMIUM_GAP_MS = 62;
const FIREFOX_GAPS_MS = [50, 100, 200, 400, 800, 1_600] as const;
/** RFC 8445 §5.1.2.1: a peer-reflexive candidate of the only interface. */
const PRIORITY = 0x6e7f00ff;

/** What it needs of a world and of a host: tests have it run over real sockets too. */
export interface PageWorld {
  readonly clock: Pick<World['clock'], 'now' | 'schedule'>;
}
export type PageHost = Pick<Host, 'open'>;

export interface SimPageSocket {
  readonly credentials: IceCredentials;
  readonly port: number;
  readonly check: (peer: IceCredentials, endpoints: readonly Endpoint[]) => void;
  /** Whether the reflexive endpoint in the first answer was its own; null before that. */
  readonly isOwn: () => boolean | null;
  readonly close: () => void;
}

interface State {
  readonly world: PageWorld;
  readonly random: Random;
  readonly kind: BrowserKind;
  readonly credentials: IceCredentials;
  peer: IceCredentials | null;
  readonly targets: Endpoint[];
  /** Those that have sent a check and have not had one since. */
  triggered: Endpoint[];
  turn: number;
  isOwn: boolean | null;
  isClosed: boolean;
}

export function openPageSocket(
  world: PageWorld,
  {
    host,
    kind,
    address,
    random,
  }: {
    readonly host: PageHost;
    readonly kind: BrowserKind;
    readonly address: string | undefined;
    readonly random: Random;
  },
): SimPageSocket {
  const state: State = {
    ...{ world, random, kind, credentials: createCredentials(random.bytes) },
    ...{ peer: null, targets: [], triggered: [], turn: 0, isOwn: null, isClosed: false },
  };
  const socket = host.open((from, bytes) => receive(state, { socket, from, bytes }), { address });
  return {
    credentials: state.credentials,
    port: socket.local.port,
    check: (peer, endpoints) => {
      state.peer = peer;
      for (const endpoint of endpoints) addTarget(state, socket, endpoint);
      if (kind === 'chromium') takeTurn(state, socket);
    },
    isOwn: () => state.isOwn,
    close: () => {
      state.isClosed = true;
      socket.close();
    },
  };
}

function addTarget(state: State, socket: UdpSocket, endpoint: Endpoint): void {
  state.targets.push(endpoint);
  if (state.kind === 'firefox') sendInSeries(state, { socket, to: endpoint, sent: 0 });
}

/** Chromium: one check at a time. */
function takeTurn(state: State, socket: UdpSocket): void {
  const { world, targets } = state;
  if (state.isClosed) return;
  const to = state.triggered.shift() ?? targets[state.turn++ % targets.length];
  if (to) sendCheck(state, socket, to);
  world.clock.schedule(world.clock.now() + CHROMIUM_GAP_MS, () => takeTurn(state, socket));
}

/** Firefox: a transaction for each pair, sent again (RFC 8489 §6.2.1), as few times as its timers allow. */
function sendInSeries(state: State, { socket, to, sent }: { socket: UdpSocket; to: Endpoint; sent: number }): void {
  if (state.isClosed) return;
  sendCheck(state, socket, to);
  const gapMs = FIREFOX_GAPS_MS[sent];
  if (gapMs === undefined) return;
  const { clock } = state.world;
  clock.schedule(clock.now() + gapMs, () => sendInSeries(state, { socket, to, sent: sent + 1 }));
}

function sendCheck({ peer, credentials, random }: State, socket: UdpSocket, to: Endpoint): void {
  if (!peer) return;
  const bytes = encodeCheck({
    transactionId: random.bytes(TRANSACTION_ID_BYTES),
    username: `${peer.ufrag}:${credentials.ufrag}`,
    key: shortTermKey(peer.pwd),
    priority: PRIORITY,
    role: 'controlling',
    tieBreaker: randomTieBreaker(random.bytes),
    nominates: false,
  });
  socket.send(to, bytes);
}

interface Arrived {
  readonly socket: UdpSocket;
  readonly from: Endpoint;
  readonly bytes: Uint8Array;
}

function receive(state: State, arrived: Arrived): void {
  const { peer, credentials } = state;
  const decoded = decode(arrived.bytes);
  if (!decoded.ok || !peer || state.isClosed) return;
  const { message } = decoded;
  const isCheck = message.class === 'request';
  const key = shortTermKey(isCheck ? credentials.pwd : peer.pwd);
  if (checkIntegrity(arrived.bytes, { algorithm: 'sha1', key }) !== 'valid') return;
  if (isCheck) answer(state, arrived, message);
  else learn(state, arrived.socket, message);
}

function answer(state: State, { socket, from }: Arrived, message: StunMessage): void {
  const { credentials, peer, targets, triggered } = state;
  if (attribute(message, 'USERNAME') !== `${credentials.ufrag}:${peer?.ufrag}`) return;
  socket.send(from, encodeSuccess(message.transactionId, from, shortTermKey(credentials.pwd)));
  if (!targets.some((one) => sameEndpoint(one, from))) addTarget(state, socket, from);
  if (!triggered.some((one) => sameEndpoint(one, from))) triggered.push(from);
}

function learn(state: State, { local }: UdpSocket, message: StunMessage): void {
  const mapped = attribute(message, 'XOR-MAPPED-ADDRESS');
  if (message.class === 'success' && mapped) state.isOwn ??= sameEndpoint(mapped, local);
}

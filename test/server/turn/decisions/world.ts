/** The relay's state machine under a test's clock, with clients that only remember and sockets that open when told to. */
import type { FiveTuple } from '../../../../server/turn/decisions/five-tuple.ts';
import type { TurnServerInput, TurnServerOutput } from '../../../../server/turn/decisions/input-output.ts';
import { createRelay, type TurnServerOptions } from '../../../../server/turn/decisions/relay.ts';
import type { Endpoint } from '../../../../src/endpoint.ts';
import type { Attribute } from '../../../../src/stun/attribute.ts';
import { METHOD } from '../../../../src/stun/header.ts';
import type { IntegrityAlgorithm } from '../../../../src/stun/integrity.ts';
import { attribute, type StunMessage } from '../../../../src/stun/message.ts';
import { encodeChannelData } from '../../../../src/turn/wire/channel-data.ts';
import {
  channelNumber,
  decoded,
  outcomeOf,
  peerAddress,
  REQUESTED_TRANSPORT,
  requestBytes,
  sendIndication,
  USER,
} from '../requests.ts';

export const SERVER = '203.0.113.10';
export const SERVER_V6 = '2001:db8::10';
export const PEER: Endpoint = { address: '198.51.100.9', port: 7000 };
export const CLIENT: Endpoint = { address: '192.0.2.7', port: 40_000 };
export const PORTS = { first: 50_000, last: 50_099 } as const;

export interface ClientOptions {
  readonly remote?: Endpoint;
  readonly transport?: FiveTuple['transport'];
  readonly username?: string;
  readonly password?: string;
  readonly algorithm?: IntegrityAlgorithm;
}

interface WorldOptions extends Partial<TurnServerOptions> {
  readonly opens?: 'at once' | 'when told';
  /** Whether data is taken as the service takes it, without a list of outputs. */
  readonly takesData?: 'by handle' | 'at once';
}

export function createWorld(options: WorldOptions = {}) {
  const { opens = 'at once', takesData = 'by handle', ...more } = options;
  let now = 1_000;
  let random = 0;
  let vias = 0;
  /** What went to clients and to peers, and is not taken yet; and what is open. */
  const replies: Extract<TurnServerOutput, { kind: 'reply' }>[] = [];
  const relayed: Extract<TurnServerOutput, { kind: 'relay' }>[] = [];
  const sockets = new Map<number, Endpoint>();
  const opening: Extract<TurnServerOutput, { kind: 'open-relay' }>[] = [];
  const relay = createRelay({
    addresses: { IPv4: SERVER },
    ports: PORTS,
    policy: { allowPrivate: false },
    host: { addresses: [SERVER, '203.0.113.11'], networks: [] },
    realm: 'natcheck',
    accountOf: (username) => {
      const password = username === USER.username ? USER.password : username === 'bob' ? 'south' : null;
      return password === null ? null : { password, session: null };
    },
    isAttended: () => false,
    mayRefuse: () => true,
    randomBytes: (length) => new Uint8Array(length).fill(random++),
    ...more,
  });
  const carryOut = (output: TurnServerOutput): void => {
    switch (output.kind) {
      case 'reply':
        replies.push(output);
        break;
      case 'relay':
        relayed.push(output);
        break;
      case 'open-relay':
        opening.push(output);
        if (opens === 'at once') open();
        break;
      case 'close-relay':
        sockets.delete(output.allocation);
        break;
    }
  };
  const dataOutput = (input: TurnServerInput): TurnServerOutput | 'dropped' | null => {
    if (takesData === 'by handle') return null;
    if (input.kind === 'message') return relay.fromClient(now, input);
    return input.kind === 'from-peer' ? relay.fromPeer(now, input) : null;
  };
  const handle = (input: TurnServerInput): void => {
    const output = dataOutput(input);
    if (output === null) relay.handle(now, input).forEach(carryOut);
    else if (output !== 'dropped') carryOut(output);
  };
  /** What was asked for last is open. */
  const open = (): void => {
    const next = opening.shift();
    if (!next) throw new Error('nothing to open');
    sockets.set(next.allocation, next.at);
    handle({ kind: 'opened', allocation: next.allocation });
  };
  const takeReplies = (): readonly Uint8Array[] => replies.splice(0).map(({ bytes }) => bytes);

  const client = ({
    remote = CLIENT,
    transport = 'udp',
    username = USER.username,
    password = USER.password,
    algorithm = 'sha1',
  }: ClientOptions = {}) => {
    const fiveTuple: FiveTuple = { transport, via: transport === 'udp' ? 0 : vias++, remote };
    let nonce = '';
    const say = (bytes: Uint8Array): readonly Uint8Array[] => {
      handle({ kind: 'message', fiveTuple, bytes });
      return takeReplies();
    };
    const answerTo = (bytes: Uint8Array): StunMessage => {
      const [reply, ...others] = say(bytes);
      if (!reply || others.length > 0) throw new Error(`${others.length + (reply ? 1 : 0)} replies`);
      return decoded(reply);
    };
    const shown = () => ({ username, password, nonce, algorithm });
    /** With a nonce, which is asked for once. */
    const ask = (method: number, attributes: readonly Attribute[] = []): StunMessage => {
      nonce ||= attribute(answerTo(requestBytes(method, attributes)), 'NONCE') ?? '';
      return answerTo(requestBytes(method, attributes, { shown: shown() }));
    };
    return {
      fiveTuple,
      say,
      answerTo,
      shown,
      ask,
      outcome: (method: number, attributes: readonly Attribute[] = []) => outcomeOf(ask(method, attributes)),
      /** Gives the relayed endpoint. */
      allocate: (attributes: readonly Attribute[] = []): Endpoint => {
        const answer = ask(METHOD.allocate, [REQUESTED_TRANSPORT, ...attributes]);
        const endpoint = attribute(answer, 'XOR-RELAYED-ADDRESS');
        if (!endpoint) throw new Error(`refused: ${outcomeOf(answer)}`);
        return endpoint;
      },
      permit: (...peers: readonly Endpoint[]) => outcomeOf(ask(METHOD.createPermission, peers.map(peerAddress))),
      bind: (number: number, peer: Endpoint) =>
        outcomeOf(ask(METHOD.channelBind, [channelNumber(number), peerAddress(peer)])),
      send: (peer: Endpoint, data: Uint8Array) => say(sendIndication(peer, data)),
      sendOn: (channel: number, data: Uint8Array) => say(encodeChannelData({ channel, data })),
      close: () => handle({ kind: 'closed', fiveTuple }),
    };
  };

  return {
    relay,
    client,
    handle,
    open,
    /** The last socket that was asked for cannot be had. */
    failToOpen: (inUse: boolean): Endpoint => {
      const next = opening.shift();
      if (!next) throw new Error('nothing to open');
      handle({ kind: 'open-failed', allocation: next.allocation, inUse });
      return next.at;
    },
    takeReplies,
    /** What went to peers, and from where. */
    takeRelayed: () =>
      relayed.splice(0).map(({ allocation, to, bytes }) => ({ from: sockets.get(allocation), to, data: [...bytes] })),
    /** A datagram comes to a relayed endpoint; gives what the client gets of it. */
    fromPeer: (to: Endpoint, from: Endpoint, bytes: Uint8Array): readonly Uint8Array[] => {
      const [allocation = -1] = [...sockets].find(([, at]) => at.address === to.address && at.port === to.port) ?? [];
      handle({ kind: 'from-peer', allocation, from, bytes });
      return takeReplies();
    },
    sockets,
    opening,
    /** Time goes on; nothing looks at it yet. */
    wait: (ms: number): void => {
      now += ms;
    },
    /** Time goes on, and is looked at. */
    pass: (ms: number): void => {
      now += ms;
      handle({ kind: 'tick' });
    },
  };
}

/** One agent of ours driven by hand, and the peer's packets made here byte by byte. */
import type { Endpoint } from '../../src/endpoint.ts';
import { createIceAgent, type IceAgent, type IceAgentOptions } from '../../src/ice/agent.ts';
import { encodeError, encodeSuccess } from '../../src/ice/checks/messages.ts';
import type { IceEvent } from '../../src/ice/event.ts';
import type { Attribute } from '../../src/stun/attribute.ts';
import { decode } from '../../src/stun/decode.ts';
import { encode } from '../../src/stun/encode.ts';
import { METHOD } from '../../src/stun/header.ts';
import { shortTermKey } from '../../src/stun/integrity.ts';
import { attribute, type StunMessage } from '../../src/stun/message.ts';

export const OWN = { ufrag: 'ownfrag', pwd: 'own-password-of-22-char'.replaceAll('-', '+') };
export const PEER = { ufrag: 'peerfrag', pwd: 'peer+password+of+22+chars' };
export const LOCAL: Endpoint = { address: '10.0.0.2', port: 4000 };
export const REMOTE: Endpoint = { address: '10.0.0.3', port: 5000 };
export const TIE_BREAKER = 1000n;

let serial = 0;

/** An id of its own for every request. */
export function freshId(): Uint8Array {
  const id = new Uint8Array(12);
  new DataView(id.buffer).setUint32(8, ++serial);
  return id;
}

export interface Sent {
  readonly socket: string;
  readonly to: Endpoint;
  readonly message: StunMessage;
  /** The code of an error response. */
  readonly error: number | undefined;
}

export interface Bench {
  readonly agent: IceAgent;
  readonly events: IceEvent[];
  /** All that it wants sent at that time. */
  readonly drain: (now: number) => readonly Sent[];
  readonly until: (now: number) => number;
  readonly receive: (now: number, bytes: Uint8Array, from?: Endpoint, socket?: string) => readonly Sent[];
}

/** With one host candidate each, unless told otherwise, and Ta of 50 ms. */
export function createBench(options: Partial<IceAgentOptions> & { readonly isIntroduced?: boolean } = {}): Bench {
  let draw = 0;
  const randomBytes = (length: number): Uint8Array => {
    const bytes = new Uint8Array(length);
    new DataView(bytes.buffer).setUint32(length - 4, ++draw);
    return bytes;
  };
  const { isIntroduced = true, ...rest } = options;
  const agent = createIceAgent({
    role: 'controlling',
    tieBreaker: TIE_BREAKER,
    credentials: OWN,
    randomBytes,
    ...rest,
  });
  agent.addLocalCandidate({ type: 'host', socket: 'main', endpoint: LOCAL });
  if (isIntroduced) {
    agent.addRemoteCandidate(remoteHost(REMOTE));
    agent.setRemoteCredentials(0, PEER);
  }
  const events: IceEvent[] = [];
  const drain = (now: number): readonly Sent[] => {
    const sent: Sent[] = [];
    for (;;) {
      const output = agent.poll(now);
      if (output.kind === 'event') events.push(output.event);
      else if (output.kind === 'transmit') sent.push(readSent(output));
      else return sent;
    }
  };
  return {
    agent,
    events,
    drain,
    until: (now) => {
      const output = agent.poll(now);
      return output.kind === 'wait' ? output.until : Number.NaN;
    },
    receive: (now, bytes, from = REMOTE, socket = 'main') => {
      agent.handleDatagram(now, { socket, from, bytes });
      return drain(now);
    },
  };
}

export function remoteHost(endpoint: Endpoint) {
  return { type: 'host', endpoint, foundation: '1', priority: 2130706431, related: null } as const;
}

function readSent({ socket, to, bytes }: { socket: string; to: Endpoint; bytes: Uint8Array }): Sent {
  const decoded = decode(bytes);
  if (!decoded.ok) throw new Error(`the agent sent what is no STUN: ${decoded.error.code}`);
  return { socket, to, message: decoded.message, error: attribute(decoded.message, 'ERROR-CODE')?.code };
}

/** A check of the peer, right in all that is not given. */
export function peerCheck(
  options: {
    readonly id?: Uint8Array;
    readonly username?: string | null;
    readonly pwd?: string | null;
    readonly role?: 'ICE-CONTROLLING' | 'ICE-CONTROLLED' | null;
    readonly tieBreaker?: bigint;
    readonly nominates?: boolean;
    readonly priority?: number | null;
    readonly extra?: readonly Attribute[];
  } = {},
): Uint8Array {
  const { id = freshId(), username = `${OWN.ufrag}:${PEER.ufrag}`, pwd = OWN.pwd, priority = 1862270975 } = options;
  const { role = 'ICE-CONTROLLED', tieBreaker = 1n, nominates = false, extra = [] } = options;
  const attributes: Attribute[] = [...extra];
  if (username !== null) attributes.push({ type: 'USERNAME', value: username });
  if (priority !== null) attributes.push({ type: 'PRIORITY', value: priority });
  if (role) attributes.push({ type: role, value: tieBreaker });
  if (nominates) attributes.push({ type: 'USE-CANDIDATE', value: true });
  return encode(
    { class: 'request', method: METHOD.binding, transactionId: id, attributes },
    { ...(pwd !== null && { integrity: { algorithm: 'sha1', key: shortTermKey(pwd) } }), fingerprint: true },
  );
}

/** The peer's answer to a check of ours. */
export function peerSuccess(check: Sent, mapped: Endpoint = LOCAL, pwd = PEER.pwd): Uint8Array {
  return encodeSuccess(check.message.transactionId, mapped, shortTermKey(pwd));
}

export function peerError(check: Sent, code: 400 | 401 | 487, pwd: string | null = PEER.pwd): Uint8Array {
  return encodeError({
    transactionId: check.message.transactionId,
    code,
    key: pwd === null ? null : shortTermKey(pwd),
  });
}

/** The only one; the test fails when there are more, or none. */
export function only(sent: readonly Sent[]): Sent {
  const [first, second] = sent;
  if (!first || second) throw new Error(`${sent.length} datagrams where one was expected`);
  return first;
}

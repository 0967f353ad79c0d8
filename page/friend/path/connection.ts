/** One connection to the friend: ICE by the browser, and three data channels that both sides have agreed on beforehand. */
import type { Role } from '../../../src/rendezvous/protocol/fields.ts';
import type { Description, FriendSignal } from '../meet/signal.ts';
import { descriptionOf, fieldOf, sdpOf } from './description.ts';

/** Ordered and reliable; neither; and ordered and reliable for bulk, so that nobody has to wait behind it. */
const CHANNELS = { talk: {}, probe: { ordered: false, maxRetransmits: 0 }, bulk: {} } as const;
export type ChannelName = keyof typeof CHANNELS;
export type Channels = Readonly<Record<ChannelName, RTCDataChannel>>;

export interface Connection {
  readonly channels: Channels;
  /** Takes what the friend says about its side; rejects where the browser does not. */
  readonly describe: (description: Description) => Promise<void>;
  readonly addCandidate: (line: string) => Promise<void>;
  readonly stats: () => Promise<Iterable<unknown>>;
  readonly close: () => void;
}

export interface ConnectionNews {
  /** To be passed on to the friend. */
  readonly onSignal: (signal: FriendSignal) => void;
  /** All three channels are open. */
  readonly onOpen: () => void;
  readonly onFailed: () => void;
}

/** @throws Error where the browser has no WebRTC, or forbids it. */
export function openConnection(
  { iceServers, role }: { readonly iceServers: RTCIceServer[]; readonly role: Role },
  { onSignal, onOpen, onFailed }: ConnectionNews,
): Connection {
  const connection = new RTCPeerConnection({ iceServers });
  const channels = openChannels(connection, onOpen);
  // The friend's browser takes no candidate before the description.
  let held: FriendSignal[] | null = [];
  connection.addEventListener('icecandidate', ({ candidate }) => {
    if (!candidate?.candidate) return;
    const signal = { type: 'candidate', candidate: candidate.candidate } as const;
    if (held) held.push(signal);
    else onSignal(signal);
  });
  connection.addEventListener('connectionstatechange', () => {
    if (connection.connectionState === 'failed' || connection.connectionState === 'closed') onFailed();
  });
  for (const channel of Object.values(channels)) channel.addEventListener('close', onFailed);
  const say = async (kind: Description['kind']): Promise<void> => {
    await connection.setLocalDescription(
      kind === 'offer' ? await connection.createOffer() : await connection.createAnswer(),
    );
    onSignal(descriptionOf(kind, connection.localDescription?.sdp ?? ''));
    for (const signal of held ?? []) onSignal(signal);
    held = null;
  };
  if (role === 'controlling') void say('offer').catch(onFailed);
  let isDescribed = false;
  return {
    channels,
    describe: async (description) => {
      // The controlling side makes the offer (docs/rendezvous.md), and nobody a second one.
      if (isDescribed || description.kind !== (role === 'controlling' ? 'answer' : 'offer')) return;
      isDescribed = true;
      const mid = fieldOf(connection.localDescription?.sdp ?? '', 'mid') || '0';
      await connection.setRemoteDescription({ type: description.kind, sdp: sdpOf(description, mid) });
      if (description.kind === 'offer') await say('answer');
    },
    addCandidate: (candidate) => connection.addIceCandidate({ candidate, sdpMLineIndex: 0 }),
    stats: async () => (await connection.getStats()).values(),
    close: () => connection.close(),
  };
}

function openChannels(connection: RTCPeerConnection, onOpen: () => void): Channels {
  const open = (name: ChannelName, id: number): RTCDataChannel => {
    const channel = connection.createDataChannel(name, { ...CHANNELS[name], negotiated: true, id });
    channel.binaryType = 'arraybuffer';
    channel.addEventListener('open', () => {
      if (Object.values(channels).every(({ readyState }) => readyState === 'open')) onOpen();
    });
    return channel;
  };
  const channels = { talk: open('talk', 0), probe: open('probe', 1), bulk: open('bulk', 2) };
  return channels;
}

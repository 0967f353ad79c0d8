/**
 * What a session description says that the other side cannot know, read from one and made into one. So no text of the friend's is
 * ever read as SDP by the browser: only values of a known form are put into lines of this page's.
 */
import type { Description } from '../meet/signal.ts';

type Kind = Description['kind'];

/** Reads what the browser has made itself; the field that is missing is empty, and the friend's page refuses it. */
export function descriptionOf(kind: Kind, sdp: string): Description {
  const field = (name: string): string => fieldOf(sdp, name);
  return {
    type: 'description',
    kind,
    ufrag: field('ice-ufrag'),
    pwd: field('ice-pwd'),
    fingerprint: field('fingerprint')
      .replace(/^sha-256 /i, '')
      .toUpperCase(),
    setup: setupOf(field('setup')),
  };
}

/** The value of an attribute (RFC 8866 §5.13); empty where there is none. */
export function fieldOf(sdp: string, name: string): string {
  return new RegExp(`^a=${name}:(.*?)\\r?$`, 'm').exec(sdp)?.[1] ?? '';
}

/** RFC 8842 §5: an offer leaves it to the answer who begins the handshake. */
function setupOf(value: string): Description['setup'] {
  return value === 'active' || value === 'passive' ? value : 'actpass';
}

/** Writes a description of one data channel association (RFC 8841 §10); `mid` is that of the offer. */
export function sdpOf({ ufrag, pwd, fingerprint, setup }: Description, mid: string): string {
  const lines = [
    ...['v=0', 'o=- 1 1 IN IP4 0.0.0.0', 's=-', 't=0 0', `a=group:BUNDLE ${mid}`],
    ...['m=application 9 UDP/DTLS/SCTP webrtc-datachannel', 'c=IN IP4 0.0.0.0', `a=mid:${mid}`],
    ...[`a=ice-ufrag:${ufrag}`, `a=ice-pwd:${pwd}`, 'a=ice-options:trickle'],
    ...[`a=fingerprint:sha-256 ${fingerprint}`, `a=setup:${setup}`, 'a=sctp-port:5000', 'a=max-message-size:65536'],
  ];
  return `${lines.join('\r\n')}\r\n`;
}

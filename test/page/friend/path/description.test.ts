/** Session descriptions, read from a browser's and written for one. */
import { describe, expect, it } from 'vitest';
import { descriptionOf, fieldOf, sdpOf } from '../../../../page/friend/path/description.ts';

const FINGERPRINT = Array(32).fill('0A').join(':');
const OFFER = [
  ...['v=0', 'o=- 42 2 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 7', 'a=msid-semantic: WMS'],
  ...['m=application 9 UDP/DTLS/SCTP webrtc-datachannel', 'c=IN IP4 0.0.0.0', 'a=ice-ufrag:4Zcd'],
  ...['a=ice-pwd:2/1muCWoOi3uLifh0NuRHlgd', 'a=ice-options:trickle', `a=fingerprint:sha-256 ${FINGERPRINT}`],
  ...['a=setup:actpass', 'a=mid:7', 'a=sctp-port:5000', 'a=max-message-size:262144', ''],
].join('\r\n');
const DESCRIPTION = {
  type: 'description',
  kind: 'offer',
  ufrag: '4Zcd',
  pwd: '2/1muCWoOi3uLifh0NuRHlgd',
  fingerprint: FINGERPRINT,
  setup: 'actpass',
} as const;

describe('a description', () => {
  it('has the credentials, the fingerprint and the setup of the SDP', () => {
    expect(descriptionOf('offer', OFFER)).toEqual(DESCRIPTION);
  });

  it('is the same after it was written and read', () => {
    expect(descriptionOf('offer', sdpOf(DESCRIPTION, '7'))).toEqual(DESCRIPTION);
  });

  it('is written for the media section of the offer', () => {
    expect(fieldOf(OFFER, 'mid')).toBe('7');
    expect(sdpOf(DESCRIPTION, '7')).toContain('a=group:BUNDLE 7\r\n');
    expect(fieldOf(sdpOf(DESCRIPTION, '7'), 'mid')).toBe('7');
  });

  it('leaves nothing in a field that the SDP does not have', () => {
    expect(fieldOf(OFFER, 'candidate')).toBe('');
  });
});

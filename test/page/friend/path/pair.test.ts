/** Statistics as Chromium and Firefox give them, and what is read from them. */
import { describe, expect, it } from 'vitest';
import { readStats } from '../../../../page/friend/path/pair.ts';

const LOCAL = {
  type: 'local-candidate',
  id: 'L',
  candidateType: 'srflx',
  address: '203.0.113.9',
  port: 1,
  protocol: 'udp',
};
const REMOTE = {
  type: 'remote-candidate',
  id: 'R',
  candidateType: 'prflx',
  address: '203.0.113.10',
  port: 2,
  protocol: 'udp',
};
const PAIR = { type: 'candidate-pair', id: 'P', state: 'succeeded', localCandidateId: 'L', remoteCandidateId: 'R' };
const ENDS = {
  local: { type: 'srflx', protocol: 'udp', endpoint: { address: '203.0.113.9', port: 1 } },
  remote: { type: 'prflx', protocol: 'udp', endpoint: { address: '203.0.113.10', port: 2 } },
};

describe('the statistics', () => {
  it('of Chromium name the pair in the transport', () => {
    const transport = { type: 'transport', id: 'T', selectedCandidatePairId: 'P' };
    const pair = { ...PAIR, requestsSent: 3, requestsReceived: 0, currentRoundTripTime: 0.012 };
    expect(readStats([transport, pair, LOCAL, REMOTE], [])).toEqual({
      ...{ selected: { ...ENDS, rttMs: 12 }, sentTo: ENDS.remote, cameFrom: ENDS.remote },
    });
  });

  it('of Firefox mark the pair, and may leave out the round trip', () => {
    expect(readStats([{ ...PAIR, selected: true, nominated: true }, LOCAL, REMOTE], []).selected).toEqual({
      ...ENDS,
      rttMs: null,
    });
  });

  it('of a pair that waits tell of no packet', () => {
    expect(readStats([{ ...PAIR, state: 'waiting' }, LOCAL, REMOTE], [])).toEqual({
      ...{ selected: null, sentTo: null, cameFrom: null },
    });
  });

  it('of a pair under way tell where the first packet went', () => {
    const stats = readStats([{ ...PAIR, state: 'in-progress' }, LOCAL, REMOTE], []);
    expect(stats).toEqual({ selected: null, sentTo: ENDS.remote, cameFrom: null });
  });

  it('take a peer-reflexive candidate at the told relay for that relay', () => {
    const stats = readStats([{ ...PAIR, selected: true }, LOCAL, REMOTE], [{ address: '203.0.113.10', port: 2 }]);
    expect(stats.selected?.remote.type).toBe('relay');
  });

  it('tell how this side reaches its relay', () => {
    const relay = { ...LOCAL, candidateType: 'relay', relayProtocol: 'tcp' };
    expect(readStats([{ ...PAIR, selected: true }, relay, REMOTE], []).selected?.local.protocol).toBe('tcp');
  });

  it.each([null, undefined, '(redacted)', '4a2b0d0e-95a1-4a2d-a2ae-0b6d1c9d4b3a.local'])(
    'may hide an address, as by %s',
    (address) => {
      const hidden = { ...LOCAL, candidateType: 'host', address };
      expect(readStats([{ ...PAIR, selected: true }, hidden, REMOTE], []).selected?.local).toEqual({
        ...{ type: 'host', protocol: 'udp', endpoint: null },
      });
    },
  );
});

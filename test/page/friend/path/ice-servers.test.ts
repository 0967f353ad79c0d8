/** The servers that the rendezvous names, as a browser wants them. */
import { describe, expect, it } from 'vitest';
import { iceServersOf } from '../../../../page/friend/path/ice-servers.ts';

const stun = { port: 3478, altPort: 3479 };

describe('the servers of a browser', () => {
  it('are those at the addresses that the server tells', () => {
    expect(iceServersOf({ stun: { ...stun, addresses: ['203.0.113.1', '2001:db8::1'] } }, 'nat.example')).toEqual([
      { urls: ['stun:203.0.113.1:3478', 'stun:[2001:db8::1]:3478'] },
    ]);
  });

  it('are at the host of the page where the server tells none', () => {
    expect(iceServersOf({ stun }, 'nat.example')).toEqual([{ urls: ['stun:nat.example:3478'] }]);
  });

  it('have the relay with its password as credential', () => {
    const turn = [{ urls: ['turn:203.0.113.1:3478'], username: 'u', password: 'p', expiresInMs: 1 }];
    expect(iceServersOf({ stun, turn }, 'nat.example')[1]).toEqual({
      ...{ urls: ['turn:203.0.113.1:3478'], username: 'u', credential: 'p' },
    });
  });
});

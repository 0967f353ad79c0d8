/** The link of an invitation, and what is read from one. */
import { describe, expect, it } from 'vitest';
import { invitationIn, invitationTo, randomName } from '../../../page/friend/invitation.ts';

const ROOM = 'ZSMNeJXMFVxjuNU1XwDQJA';

describe('an invitation', () => {
  it('has the room in the fragment alone, which no request has in it', () => {
    expect(invitationTo('https://nat.example/sub/?a=1#result=open', ROOM)).toBe(
      `https://nat.example/sub/?a=1#friend=${ROOM}`,
    );
  });

  it('is read again from the link', () => {
    expect(invitationIn(invitationTo('http://203.0.113.1:3480/', ROOM))).toEqual({ kind: 'room', room: ROOM });
  });

  it('is none where the fragment says something else', () => {
    expect(invitationIn('http://203.0.113.1:3480/#result=open')).toEqual({ kind: 'none' });
  });

  it.each(['', 'short', `${ROOM}!`, 'x'.repeat(65)])('is broken where the room is "%s"', (room) => {
    expect(invitationIn(`http://203.0.113.1:3480/#friend=${room}`)).toEqual({ kind: 'broken' });
  });

  it('names another room each time, of 22 characters of base64url', () => {
    const names = Array.from({ length: 100 }, randomName);
    expect(new Set(names).size).toBe(100);
    for (const name of names) expect(name).toMatch(/^[A-Za-z0-9_-]{22}$/);
  });
});

/** Tickets that are known by their names alone. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTicketName, type TicketFacts, ticketName } from '../../../../server/stun/ticket/ticket-name.ts';
import { createTicketIssuer, createTicketReader } from '../../../../server/stun/ticket/tickets.ts';

const NOON_MS = 1_800_000_000_250;
const SECRET = new Uint8Array(32).fill(3);
const ASKED = { socket: 'first', family: null, lifeMs: 120_000 } as const;

/** An issuer of a process that has run for a second when it is noon. */
const issue = createTicketIssuer({
  secret: SECRET,
  node: 0xdead_beef,
  unixMs: (now) => NOON_MS - 1_000 + now,
  randomBytes: (length) => new Uint8Array(length).fill(9),
});
/** A reader of another process, which has just begun. */
const passwordOf = createTicketReader({ secret: SECRET, unixMs: (now) => NOON_MS + now });

describe('a ticket', () => {
  it('is good in another process that has the secret, until it has expired', () => {
    const { username, password, expiresAt } = issue(1_000, ASKED);
    expect(passwordOf(0, { username, family: 'IPv4' })).toBe(password);
    expect(passwordOf(0, { username, family: 'IPv6' })).toBe(password);
    expect(expiresAt).toBe(1_000 + 120_750);
    expect(passwordOf(120_749, { username, family: 'IPv4' })).toBe(password);
    expect(passwordOf(120_750, { username, family: 'IPv4' })).toBeNull();
  });

  it('of a second socket is taken over IPv6 alone', () => {
    const { username, password } = issue(1_000, { ...ASKED, socket: 'second', family: 'IPv6' });
    expect(passwordOf(0, { username, family: 'IPv4' })).toBeNull();
    expect(passwordOf(0, { username, family: 'IPv6' })).toBe(password);
  });

  it('has another password under another secret', () => {
    const { username, password } = issue(1_000, ASKED);
    const other = createTicketReader({ secret: new Uint8Array(32).fill(4), unixMs: () => NOON_MS });
    expect(other(0, { username, family: 'IPv4' })).not.toBe(password);
    expect(other(0, { username, family: 'IPv4' })).toMatch(/^[\w-]{43}$/);
  });

  it('whose name was changed in any place has another password, or none', () => {
    const { username, password } = issue(1_000, ASKED);
    for (let at = 0; at < username.length; at++) {
      const changed = `${username.slice(0, at)}${username[at] === 'A' ? 'B' : 'A'}${username.slice(at + 1)}`;
      expect(passwordOf(0, { username: changed, family: 'IPv4' })).not.toBe(password);
    }
  });

  it('says in its name which node has issued it', () => {
    expect(readTicketName(issue(1_000, ASKED).username)?.node).toBe(0xdead_beef);
  });
});

describe('the name of a ticket', () => {
  it('gives back what it was made of, in 24 characters that a ticket may have', () => {
    const facts = fc.record<TicketFacts>({
      node: fc.nat(0xffff_ffff),
      socket: fc.constantFrom('first', 'second'),
      family: fc.constantFrom('IPv6', null),
      expiresAtS: fc.nat(0xffff_ffff),
    });
    const random = fc.uint8Array({ minLength: 9, maxLength: 9 });
    fc.assert(
      fc.property(facts, random, (one, bytes) => {
        const name = ticketName(one, bytes);
        expect(name).toMatch(/^[\w-]{24}$/);
        expect(readTicketName(name)).toEqual(one);
      }),
    );
  });

  it.each([
    ['', 'nothing'],
    ['alice', 'a word'],
    [`E${'A'.repeat(22)}`, 'too short'],
    [`E${'A'.repeat(24)}`, 'too long'],
    [`I${'A'.repeat(23)}`, 'a later version'],
    [`E${'A'.repeat(22)}=`, 'padded'],
    [`E${'A'.repeat(22)}\n`, 'two lines'],
  ])('%j is none: %s', (name) => {
    expect(readTicketName(name)).toBeNull();
  });
});

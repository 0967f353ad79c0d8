/** NATs of the real world that differ from the classic four in what RFC 4787 asks for beside mapping and filtering. */
import { type NatProfile, PORT_RESTRICTED } from './profiles.ts';

/** Hosts inside reach each other by their public endpoints (RFC 4787 §6). */
export const HAIRPIN: NatProfile = { ...PORT_RESTRICTED, name: 'hairpin', hairpin: true };

/** No port is kept, but an even one stays even and an odd one odd (RFC 4787 §4.2.2). */
export const PORT_PARITY: NatProfile = { ...PORT_RESTRICTED, name: 'port-parity', ports: 'parity' };

/** Several public addresses, of which a host has always the same one (RFC 4787 §4.1, REQ-2). */
export const POOL_PAIRED: NatProfile = { ...PORT_RESTRICTED, name: 'pool-paired', poolSize: 4 };

/** The same, but each socket gets any of the addresses, which applications with several sockets do not expect. */
export const POOL_ARBITRARY: NatProfile = { ...POOL_PAIRED, name: 'pool-arbitrary', pooling: 'arbitrary' };

/** Mappings are gone after 20 s without a packet, where REQ-5 asks for two minutes. */
export const SHORT_LIVED: NatProfile = { ...PORT_RESTRICTED, name: 'short-lived', lifetimeMs: 20_000 };

/** In the order in which every table shows them, after all others. */
export const FURTHER_NATS: readonly NatProfile[] = [HAIRPIN, PORT_PARITY, POOL_PAIRED, POOL_ARBITRARY, SHORT_LIVED];

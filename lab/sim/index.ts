/**
 * natcheck/sim: a simulated network with NATs, for tests of any protocol over UDP.
 *
 * A world has a virtual clock and one seed; what happens in it follows from the seed and from what is put into it.
 * Hosts are public (`createHost`) or behind an access (`createSite`), with IPv4, IPv6 or both; `host.open` gives UDP
 * sockets, `world.clock` schedules, and `runUntil` runs. Times are milliseconds of virtual time. docs/sim.md has it by
 * example.
 */

export type { Endpoint, Family } from '../../src/endpoint.ts';
export type { Dependency } from '../../src/nat/behavior.ts';
export type {
  Arrival,
  Connect,
  ConnectOutcome,
  Done,
  EventOutput,
  Output,
  SendFailure,
  Session,
  Transmit,
  Wait,
} from '../../src/session.ts';
export * from '../further-nats.ts';
export { expectedVerdict, type ObservedAccess, observedAccess } from '../known-behavior.ts';
export * from '../profiles.ts';
export { type Cancel, type Clock, type RunBounds, type RunEnd, runUntil } from './network/clock.ts';
export { driveSession, type SimDriver, type SimDriverOptions } from './network/driver.ts';
export { createHost, type Host, type HostOptions } from './network/host.ts';
export { type Link, type LinkConditions, PERFECT_LINK, symmetricLink } from './network/link.ts';
export { drop, type Middlebox, type Passage, pass } from './network/middlebox.ts';
export type { DropReason, Packet, TcpPacket, UdpPacket } from './network/packet.ts';
export type { Random } from './network/random.ts';
export type { Realm } from './network/realm.ts';
export type { Router } from './network/router.ts';
export {
  type Run,
  runSession,
  runUntilDone,
  type SessionContext,
  type SessionOptions,
  startSession,
} from './network/run-session.ts';
export type { Trace, TraceEntry } from './network/trace.ts';
export { formatTraceEntry, type TraceTextOptions } from './network/trace-text.ts';
export type { LocalEndpoint, ReceiveDatagram, UdpSocket } from './network/udp.ts';
export { createWorld, type World } from './network/world.ts';
export { addStunServer, LAB_LAYOUT, LAB_LAYOUT_IPV6, type StunServerOptions } from './server/stun-server.ts';
export { type BoxAccess, createSite, type Site, type SiteOptions } from './site/site.ts';

/** Allocate (RFC 8656 §7.2): gives a relayed socket to a five-tuple that has none, once the system has opened it. */
import type { Family } from '../../../../src/endpoint.ts';
import type { Attribute } from '../../../../src/stun/attribute.ts';
import { attribute, type StunMessage } from '../../../../src/stun/message.ts';
import type { ErrorCode } from '../error-code.ts';
import { addHolder } from '../five-tuple.ts';
import type { AuthenticatedRequest } from '../received.ts';
import { refuse, successBytes } from '../reply.ts';
import { type Allocation, allocationOf, peerKey, release, type State } from '../state.ts';
import { lifetimeOf } from './lifetime.ts';
import { pickPort } from './ports.ts';
import { addAllocation, allocationsOf } from './sources.ts';

/** The IANA protocol number of the one transport between server and peers here (RFC 8656 §18.8). */
const UDP = 17;
/** How many ports are tried before giving up, since other programs may hold some of the range. */
const PORT_ATTEMPTS = 16;

/** The code to refuse the request with; or null when this file answers it, now or as soon as the socket is open. */
export function allocate(
  now: number,
  state: State,
  { fiveTuple, request, proof }: AuthenticatedRequest,
): ErrorCode | null {
  const existing = allocationOf(now, state, fiveTuple);
  if (existing) return again(state, existing, request);
  const code = faultOf(request) ?? shortageOf(state, { fiveTuple, request, proof });
  if (code !== null) return code;
  const family = attribute(request, 'REQUESTED-ADDRESS-FAMILY') ?? 'IPv4';
  const even = attribute(request, 'EVEN-PORT') !== undefined;
  const port = pickPort(state, { family, even });
  const address = state.addresses[family];
  if (port === null || address === undefined) return 508;
  const asked = { lifetimeS: lifetimeOf(request), even, request };
  add(state, createAllocation(now, state, { fiveTuple, proof, asked, family, relayed: { address, port } }));
  return null;
}

function createAllocation(
  now: number,
  state: State,
  given: Pick<Allocation, 'fiveTuple' | 'proof' | 'asked' | 'family' | 'relayed'>,
): Allocation {
  return {
    ...given,
    id: state.nextId++,
    attempts: 1,
    reply: null,
    expiresAt: Number.POSITIVE_INFINITY,
    permissions: [],
    channels: new Map(),
    source: addAllocation(now, state, given.fiveTuple),
    arrivalMs: { 'to-peer': now, 'to-client': now },
    attendedAt: now,
  };
}

/** Adds the allocation to every index, and has its socket opened. */
function add(state: State, allocation: Allocation): void {
  const { id, relayed } = allocation;
  const { user } = allocation.proof.credentials;
  state.allocations.set(id, allocation);
  addHolder(state.byFiveTuple, allocation);
  state.byRelayed.set(peerKey(relayed), allocation);
  state.users.set(user, (state.users.get(user) ?? 0) + 1);
  state.outputs.push({ kind: 'open-relay', allocation: id, at: relayed });
}

/**
 * Answers a repeated request as before, since the answer may have been lost; any other request is a mismatch (§7.2).
 */
function again(
  state: State,
  { fiveTuple, asked, reply }: Allocation,
  { transactionId }: StunMessage,
): ErrorCode | null {
  if (Buffer.compare(asked.request.transactionId, transactionId) !== 0) return 437;
  if (reply) state.outputs.push({ kind: 'reply', fiveTuple, bytes: reply, isData: false });
  return null;
}

/** The code for what is wrong with the request itself, in the order of §7.2. */
function faultOf(request: StunMessage): ErrorCode | null {
  const transport = attribute(request, 'REQUESTED-TRANSPORT');
  const evenPort = attribute(request, 'EVEN-PORT');
  const token = attribute(request, 'RESERVATION-TOKEN');
  const family = attribute(request, 'REQUESTED-ADDRESS-FAMILY');
  const additional = attribute(request, 'ADDITIONAL-ADDRESS-FAMILY');
  if (transport === undefined) return 400;
  if (transport !== UDP) return 442;
  if (token !== undefined && (evenPort !== undefined || family !== undefined || additional !== undefined)) return 400;
  if (additional !== undefined && (family !== undefined || additional === 'IPv4' || evenPort)) return 400;
  // No port is ever reserved: no token is good, and EVEN-PORT with its R bit set asks for too much.
  return token !== undefined || evenPort ? 508 : null;
}

/** The code for what the server lacks, or will not give. */
function shortageOf(
  state: State,
  { fiveTuple, request, proof: { credentials } }: AuthenticatedRequest,
): ErrorCode | null {
  const { limits, allocations, addresses, users } = state;
  if (addresses[attribute(request, 'REQUESTED-ADDRESS-FAMILY') ?? 'IPv4'] === undefined) return 440;
  if ((users.get(credentials.user) ?? 0) >= limits.allocationsPerUser) return 486;
  if (allocationsOf(state, fiveTuple) >= limits.allocationsPerSource) return 486;
  return state.isDraining || allocations.size >= limits.allocations ? 508 : null;
}

/** Tells the client that its relayed socket is open. */
export function opened(now: number, state: State, allocation: Allocation): void {
  const { fiveTuple, asked, relayed, proof } = allocation;
  if (allocation.reply) return;
  allocation.expiresAt = now + asked.lifetimeS * 1000;
  allocation.reply = successBytes(
    asked.request,
    [
      { type: 'XOR-RELAYED-ADDRESS', value: relayed },
      { type: 'LIFETIME', value: asked.lifetimeS },
      { type: 'XOR-MAPPED-ADDRESS', value: fiveTuple.remote },
      ...onlyOneFamily(asked.request),
    ],
    proof,
  );
  state.counts.allocations++;
  state.outputs.push({ kind: 'reply', fiveTuple, bytes: allocation.reply, isData: false });
  const {
    id,
    proof: { credentials },
  } = allocation;
  state.outputs.push({ kind: 'allocated', allocation: id, fiveTuple, relayed, credentials });
}

/** Tells a client that asks for a second family as well that it gets one address only (§7.2). */
function onlyOneFamily(request: StunMessage): readonly Attribute[] {
  const family: Family | undefined = attribute(request, 'ADDITIONAL-ADDRESS-FAMILY');
  if (family === undefined) return [];
  return [{ type: 'ADDRESS-ERROR-CODE', value: { family, code: 440, reason: 'Address Family not Supported' } }];
}

/**
 * Tries another port if the relayed socket could not be opened because its port was in use; else refuses the request.
 */
export function openFailed(state: State, allocation: Allocation, { inUse }: { readonly inUse: boolean }): void {
  const { id, fiveTuple, family, asked, proof, relayed } = allocation;
  // The port stays taken while another is picked, so that it is not picked again.
  const port = inUse && allocation.attempts < PORT_ATTEMPTS ? pickPort(state, { family, even: asked.even }) : null;
  state.byRelayed.delete(peerKey(relayed));
  if (port === null) {
    release(state, allocation, 'not-opened');
    refuse(state, { fiveTuple, request: asked.request, proof }, { code: 508 });
    return;
  }
  allocation.attempts++;
  allocation.relayed = { address: relayed.address, port };
  state.byRelayed.set(peerKey(allocation.relayed), allocation);
  state.outputs.push({ kind: 'open-relay', allocation: id, at: allocation.relayed });
}

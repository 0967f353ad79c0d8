/** Two agents in clients of the container lab, ours or aioice's: programs that talk in JSON lines, which are carried between them. */
import { readFileSync } from 'node:fs';
import type { LabContainer, Program } from '../../../lab/index.ts';
import type { Endpoint } from '../../../src/endpoint.ts';
import type { CandidateType } from '../../../src/ice/candidates/candidate.ts';
import { parseCandidate } from '../../../src/ice/candidates/sdp.ts';
import type { Role } from '../../../src/ice/role.ts';
import { startPlaced } from '../../lab/docker/placed-program.ts';

/** For each of the two things that a program says; most of it is what a busy machine takes to start one. */
const TIMEOUT_MS = 25_000;

const OURS = new URL('./natcheck-peer.ts', import.meta.url);
const AIOICE = readFileSync(new URL('./aioice-peer.py', import.meta.url), 'utf8');

export interface Attendant {
  readonly agent: 'natcheck' | 'aioice';
  readonly client: LabContainer;
  readonly role: Role;
}

export interface Met {
  /** The endpoints that it told the other of. */
  readonly told: Readonly<Partial<Record<CandidateType, Endpoint>>>;
  /** The text that came from the other. */
  readonly heard: string;
  /** At the end, whatever it was at the beginning. */
  readonly role: Role;
  /** The other's endpoint in the pair that it selected. */
  readonly remote: Endpoint;
}

/** Resolves when each has heard the other. @throws Error with what one of them said when they do not connect. */
export async function meet(attendants: readonly [Attendant, Attendant], server: string): Promise<readonly [Met, Met]> {
  await using a = await start(attendants[0], server);
  await using b = await start(attendants[1], server);
  const [offerOfA, offerOfB] = await Promise.all([saysOffer(a), saysOffer(b)]);
  a.write(offerOfB);
  b.write(offerOfA);
  const [endOfA, endOfB] = await Promise.all([saysEnd(a), saysEnd(b)]);
  return [
    { ...JSON.parse(endOfA), told: endpoints(offerOfA) },
    { ...JSON.parse(endOfB), told: endpoints(offerOfB) },
  ];
}

function start({ agent, client, role }: Attendant, server: string): Promise<Program> {
  return agent === 'natcheck'
    ? startPlaced(client, OURS, role, server)
    : client.start(['python3', '-c', AIOICE, role, server]);
}

const saysOffer = (program: Program) => program.line(/^\{"ufrag"/, { timeoutMs: TIMEOUT_MS });
const saysEnd = (program: Program) => program.line(/^\{"heard"/, { timeoutMs: TIMEOUT_MS });

function endpoints(offer: string): Met['told'] {
  const { candidates } = JSON.parse(offer) as { readonly candidates: readonly string[] };
  const parsed = candidates.map(parseCandidate).flatMap((one) => (one.kind === 'candidate' ? [one.candidate] : []));
  return Object.fromEntries(parsed.map(({ type, endpoint }) => [type, endpoint]));
}

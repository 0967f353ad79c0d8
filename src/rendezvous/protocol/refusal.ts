/** Why the rendezvous refuses a message: a closed list of codes, and what each means in plain words. */

export const REFUSALS = {
  'bad-message': 'the message is not part of the protocol',
  unauthorized: 'the token is missing or wrong',
  'id-in-use': 'another peer in the room has this id',
  'room-full': 'the room already has as many peers as it may have',
  'too-many-rooms': 'the server already has as many rooms as it may have',
  'server-full': 'the server already has as many peers as it may have',
  'source-full': 'your address already has as many peers, or has opened as many rooms, as one address may',
  'source-busy': 'too many joins and tickets from your address in a short time',
  'not-joined': 'join a room first',
  'already-joined': 'this connection has already joined',
  'join-timeout': 'the connection did not join in time',
  'peer-is-self': 'a peer cannot ask for itself',
  'not-paired': 'signals pass only between two peers that have asked for each other',
  'peer-away': 'the peer has lost its connection and may come back',
  'too-many-asks': 'too many peers are asked for at the same time: withdraw one first',
  'rate-limited': 'too many messages in a short time',
  replaced: 'the peer has come back on another connection',
  silent: 'nothing was heard from the peer for too long',
} as const;

export type RefusalCode = keyof typeof REFUSALS;

export const REFUSAL_CODES = Object.keys(REFUSALS) as readonly RefusalCode[];

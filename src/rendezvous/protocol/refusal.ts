/** Why the rendezvous refuses a message: a closed list of codes, and what each means in plain words. */

export const REFUSALS = {
  'bad-message': 'the message is not one of the protocol',
  unauthorized: 'the server wants a token, and this is not it',
  'id-in-use': 'another peer of the room has this id',
  'room-full': 'the room has as many peers as it may have',
  'too-many-rooms': 'the server has as many rooms as it may have',
  'server-full': 'the server has as many peers as it may have',
  'source-full': 'your address has as many peers, or has opened as many rooms, as one address may',
  'source-busy': 'too many joins and tickets from your address in too short a time',
  'not-joined': 'join first',
  'already-joined': 'this connection has joined already',
  'join-timeout': 'the connection did not join in time',
  'peer-is-self': 'a peer cannot ask for itself',
  'not-paired': 'signals pass only between two peers that asked for each other',
  'peer-away': 'the peer has lost its connection and may come back',
  'too-many-asks': 'as many peers are asked for as may be at a time: withdraw one',
  'rate-limited': 'too many messages in too short a time',
  replaced: 'the peer has come back on another connection',
  silent: 'nothing was heard of the peer for too long',
} as const;

export type RefusalCode = keyof typeof REFUSALS;

export const REFUSAL_CODES = Object.keys(REFUSALS) as readonly RefusalCode[];

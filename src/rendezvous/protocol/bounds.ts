/** The limits on what a rendezvous message may hold: part of the protocol, for both sides (docs/rendezvous.md). */

/** The size of one WebSocket message. The longest signal fits, even with every character escaped in JSON. */
export const MESSAGE_MAX_BYTES = 128 * 1024;
export const ID_MAX_CHARACTERS = 64;
export const TOKEN_MAX_CHARACTERS = 256;
/** Twice as many as a host with many interfaces gathers; ICE agents limit a checklist to 100 pairs (RFC 8445 §6.1.2.5). */
export const CANDIDATES_MAX = 32;
/** The longest line of RFC 8839 §5.1, with IPv6, related address and the usual extensions, has about 200 characters. */
export const CANDIDATE_MAX_CHARACTERS = 512;
/** The length of a signal in UTF-16 units, as JSON.parse gives them. An SDP with audio, video and a data channel has some 8,000. */
export const SIGNAL_MAX_CHARACTERS = 16 * 1024;
/** How much of the text of a refusal a client keeps; those of a natcheck server have some 60 characters. */
export const REFUSAL_MAX_CHARACTERS = 256;
/** How many peers one peer may be asking for at a time. */
export const ASKS_MAX = 64;
/** How many characters the candidates of all asks without an introduction may have together, since the server has to keep them. */
export const ASKED_MAX_CHARACTERS = 16 * 1024;
/** How many ids the list of peers in a room may have. */
export const ROOM_PEERS_MAX = 64;
/** How long after an introduction a peer may be told to start: ten times what the server's rule yields (docs/rendezvous.md). */
export const START_MAX_MS = 10_000;
/** How many TURN servers a peer is told, and how many URLs each may have: every family over UDP, TCP and TLS, and some to spare. */
export const TURN_SERVERS_MAX = 4;
export const TURN_URLS_MAX = 16;
/** How many addresses of its own a server tells, and how many STUN servers of others. */
export const STUN_ADDRESSES_MAX = 4;
export const STUN_OTHERS_MAX = 4;
/** How many URLs a client tries, of all servers together: two servers, each over UDP, TCP and TLS, and two to spare. */
export const TURN_URLS_TRIED_MAX = 8;

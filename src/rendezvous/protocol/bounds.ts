/** What a rendezvous message may hold at most: part of the protocol, for both sides (docs/rendezvous.md). */

/** Of one WebSocket message. A signal of the longest kind fits with every character escaped in JSON. */
export const MESSAGE_MAX_BYTES = 128 * 1024;
export const ID_MAX_CHARACTERS = 64;
export const TOKEN_MAX_CHARACTERS = 256;
/** Twice what a host with many interfaces gathers; ICE itself has agents cut a checklist at 100 pairs (RFC 8445 §6.1.2.5). */
export const CANDIDATES_MAX = 32;
/** The longest line of RFC 8839 §5.1 with IPv6, related address and the extensions in use has about 200. */
export const CANDIDATE_MAX_CHARACTERS = 512;
/** UTF-16 units, as JSON.parse gives them. An SDP with audio, video and a data channel has some 8,000. */
export const SIGNAL_MAX_CHARACTERS = 16 * 1024;
/** What a client keeps of the words of a refusal; a natcheck server's have some 60. */
export const REFUSAL_MAX_CHARACTERS = 256;
/** How many peers one peer may be asking for at a time. */
export const ASKS_MAX = 64;
/** Candidates of all asks that no introduction has met yet, together: what the server has to keep for a peer. */
export const ASKED_MAX_CHARACTERS = 16 * 1024;
/** Of the list of ids in a room. */
export const ROOM_PEERS_MAX = 64;
/** How long after an introduction a peer may be told to start: ten times what the server's own rule comes to (docs/rendezvous.md). */
export const START_MAX_MS = 10_000;
/** TURN servers that a peer is told of, and URLs of one: each family over UDP, TCP and TLS, and some to spare. */
export const TURN_SERVERS_MAX = 4;
export const TURN_URLS_MAX = 16;
/** How many of all the URLs of all servers a client tries: two servers, each over UDP, TCP and TLS, and two to spare. */
export const TURN_URLS_TRIED_MAX = 8;

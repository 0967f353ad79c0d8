/** What a detection in a browser is made of: the server's endpoints, and the browser's sockets, each for one part of it. */

/** The server's endpoints of one family, as a detection uses them (RFC 5780 §4.3): where from a check is sent, or where to. */
export const PLACES = ['primary', 'other-port', 'other-address', 'other-address-and-port'] as const;
export type Place = (typeof PLACES)[number];

/**
 * The sockets of the browser, a connection (RTCPeerConnection) for each:
 *
 *   control    checks every place. It shows the mapping, and opens the way from every place to itself
 *   filtering  checks the primary place alone. Checks from elsewhere tell what its filter lets in
 *   base       checks the primary place, and is the only one that is answered. So the browser learns its reflexive endpoint,
 *              and says whether that is its own (RFC 8445 §7.2.5.3.1)
 */
export const BROWSER_SOCKETS = ['control', 'filtering', 'base'] as const;
export type BrowserSocket = (typeof BROWSER_SOCKETS)[number];

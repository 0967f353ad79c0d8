/**
 * Well-known public servers with two addresses (RFC 5780), for users who name none. All are asked at once and the first
 * good one is used, so that a dead one costs nothing.
 * From the hourly list of servers that pass NAT testing (github.com/pradt2/always-online-stun), and stuntman's own server.
 */
export const PUBLIC_SERVERS: readonly string[] = [
  'stunserver2025.stunprotocol.org:3478',
  'stun.hot-chilli.net:3478',
  'stun.voipgate.com:3478',
  'stun.freeswitch.org:3478',
  'stun.nextcloud.com:3478',
  'stun.telnyx.com:3478',
];

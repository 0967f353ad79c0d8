/**
 * Public brokers over TLS, for users who name none (docs/brokers.md says whose they are, and what their owners ask for). All are
 * used at once, so that each may be away.
 */
export const DEFAULT_BROKERS: readonly string[] = [
  'mqtts://test.mosquitto.org:8886',
  'mqtts://broker.emqx.io:8883',
  'mqtts://broker.hivemq.com:8883',
];

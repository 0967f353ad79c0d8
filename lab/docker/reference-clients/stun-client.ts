/** What the classic `stun` client says it has found (RFC 3489; Debian's stun-client 0.97). */

const VERDICT_OF: readonly (readonly [pattern: RegExp, verdict: string])[] = [
  [/^Open\b/, 'open'],
  [/^Independent Mapping, Independent Filter\b/, 'full-cone'],
  [/^Independent Mapping, Address Dependent Filter\b/, 'restricted'],
  [/^Independent Mapping, Port Dependent Filter\b/, 'port-restricted'],
  [/^Dependent Mapping\b/, 'symmetric'],
  [/^Firewall\b/, 'firewalled'],
  [/^Blocked\b/, 'udp-blocked'],
];

/** The command that finds out the type of the NAT with that server. */
export function stunClientCommand(server: string): readonly string[] {
  return ['stun', server];
}

/** Its verdict in natcheck's words, or null when it gives none. */
export function parseStunClient(stdout: string): string | null {
  const primary = /^Primary: (.*)$/m.exec(stdout)?.[1] ?? '';
  return VERDICT_OF.find(([pattern]) => pattern.test(primary))?.[1] ?? null;
}

/** What the lab's images are made of; a tag is the hash of what it names, so that nothing stale is ever used. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { IMAGE_FILES } from './package-root.ts';

export const DEBIAN_RELEASE = 'bookworm';
export const DEBIAN_IMAGE = 'debian:bookworm-slim';

/** Debian packages of every base image; base.Dockerfile says what each is for. */
export const PACKAGES: readonly string[] = [
  'ca-certificates',
  'conntrack',
  'coturn',
  'curl',
  'iperf3',
  'iproute2',
  'iptables',
  'iputils-ping',
  'libatomic1',
  'libstdc++6',
  'miniupnpd-nftables',
  'mosquitto',
  'nftables',
  'openssh-client',
  'openssh-server',
  'procps',
  'python3-aioice',
  'redis-server',
  'socat',
  'stun-client',
  'tayga',
  'tcpdump',
  'wireguard-go',
  'wireguard-tools',
];

/** Tag of the file system made by mmdebstrap. */
export function rootfsTag(packages: readonly string[]): string {
  return `natcheck-lab-rootfs:${hashOf([DEBIAN_RELEASE, ...packages])}`;
}

/** Tag of the base image. */
export async function baseTag(packages: readonly string[]): Promise<string> {
  const dockerfile = await readFile(join(IMAGE_FILES, 'base.Dockerfile'), 'utf8');
  return `natcheck-lab-base:${hashOf([dockerfile, ...packages, process.version, process.arch])}`;
}

/** First 12 hex digits of the SHA-256 of all parts, each terminated, so that no two lists hash alike. */
export function hashOf(parts: Iterable<string | Uint8Array>): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex').slice(0, 12);
}

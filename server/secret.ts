/** Secrets as text, and their comparison in a time that does not depend on them. */
import { createHash, timingSafeEqual } from 'node:crypto';

export function secretOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}

export function isSameSecret(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}

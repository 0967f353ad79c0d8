/** A certificate for 127.0.0.1 that signs itself, and its key: of use in tests only. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const CERT_FILE = fileURLToPath(new URL('loopback-cert.pem', import.meta.url));
export const KEY_FILE = fileURLToPath(new URL('loopback-key.pem', import.meta.url));
export const LOOPBACK_TLS = { cert: readFileSync(CERT_FILE, 'utf8'), key: readFileSync(KEY_FILE, 'utf8') };

/** Certificates for 127.0.0.1 with the key of loopback.ts, which an authority has signed whose key nobody has any more. */
import { readFileSync } from 'node:fs';
import { LOOPBACK_TLS } from './loopback.ts';

const read = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');

/** The certificate of the authority, which signs itself. */
export const AUTHORITY = read('authority-cert.pem');
const { key } = LOOPBACK_TLS;
export const SIGNED = { cert: read('signed-cert.pem'), key };
export const SIGNED_WITH_CHAIN = { cert: `${SIGNED.cert}${AUTHORITY}`, key };
/** It was valid in January 2020. */
export const SIGNED_EXPIRED = { cert: read('signed-expired-cert.pem'), key };
/** It is valid in 2125. */
export const SIGNED_FOR_LATER = { cert: read('signed-future-cert.pem'), key };

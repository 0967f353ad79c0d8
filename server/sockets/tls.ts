/** What TLS servers present. */

/** PEM text: the certificate with those between it and the root, and its key. */
export interface Tls {
  readonly cert: string;
  readonly key: string;
}

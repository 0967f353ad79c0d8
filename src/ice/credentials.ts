/** Username fragment and password of one agent (RFC 8445 §5.3, RFC 8839 §5.4). */

export interface IceCredentials {
  readonly ufrag: string;
  readonly pwd: string;
}

/** 64 of them: one byte gives one character without bias. */
const ICE_CHARS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** 48 bits; RFC 8445 §5.3 asks for 24. */
const UFRAG_CHARS = 8;
/** 144 bits; RFC 8445 §5.3 asks for 128. */
const PWD_CHARS = 24;

/** @param randomBytes must be unpredictable: the password is all that keeps strangers out. */
export function createCredentials(randomBytes: (length: number) => Uint8Array): IceCredentials {
  return { ufrag: iceChars(randomBytes(UFRAG_CHARS)), pwd: iceChars(randomBytes(PWD_CHARS)) };
}

/** Whether both are of the length and the characters that RFC 8839 §5.4 allows. */
export function areCredentials({ ufrag, pwd }: IceCredentials): boolean {
  return /^[A-Za-z0-9+/]{4,256}$/.test(ufrag) && /^[A-Za-z0-9+/]{22,256}$/.test(pwd);
}

function iceChars(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => ICE_CHARS.charAt(byte & 0x3f)).join('');
}

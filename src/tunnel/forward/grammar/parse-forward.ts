/**
 * Reads what a user writes for `LISTEN[:TARGET]`. Both are written as targets are; a number in the first place is a port to
 * listen on, so a target has its host only behind that: `8080:web.example:80`.
 */
import { isIP } from 'node:net';
import { UsageError } from '../../../errors.ts';
import { withPort } from './parse-exposed.ts';
import { checkLength, isPath, parsePath, parsePlace, parseTarget, quoted, splitTransport } from './parse-target.ts';
import { type Forward, formatListen, type Listen, type Target, type Transport } from './target.ts';

/** Where nobody but this host can connect to. */
const LOOPBACK = '127.0.0.1';

/** Where a path begins that is the target: behind a colon. */
const TARGET_PATH = /:(?=unix:|\/|\.\.?\/)/;

/** @throws UsageError when the list is empty, one cannot be read, or two listen on the same. */
export function parseForwards(texts: readonly string[]): readonly Forward[] {
  if (texts.length === 0) throw new UsageError('name where to listen, as in: natcheck forward CODE 2222:22');
  const forwards = texts.map(parseForward);
  const places = forwards.map(({ listen }) => (isAnyPort(listen) ? null : formatListen(listen)));
  const twice = places.find((place, index) => place !== null && places.indexOf(place) !== index);
  if (twice) throw new UsageError(`${quoted(twice)} is to be listened on twice: give each target a port of its own`);
  return forwards;
}

const isAnyPort = (listen: Listen): boolean => listen.kind === 'port' && listen.port === 0;

/** What a LISTEN begins with: a port, an address, a host with a port, or a path; no code does. */
const LISTEN_BEGIN = /^(?:\d+(?:[:/]|$)|[\d.]+:|\[|[./]|unix:|localhost:)/;

/** Whether this is meant for a LISTEN, and not for a code. */
export function looksLikeListen(text: string): boolean {
  return LISTEN_BEGIN.test(text);
}

/** @throws UsageError that names the text and says what to write. */
export function parseForward(text: string): Forward {
  checkLength(text, 'a forward');
  const parts = splitForward(text);
  if (isPath(parts.listen)) return fromFile(parts, text);
  const { place, transport } = splitTransport(parts.listen);
  const listen = listenOn(parsePlace(place, text), text);
  if (parts.target === null) return portAlone({ ...listen, transport: transport ?? 'tcp' }, text);
  const target = withPort(parseTarget(parts.target), text);
  const agreed = agreeOn({ target, written: parts.target, listen: transport }, text);
  return { listen: { ...listen, transport: agreed }, target: withTransport(target, agreed) };
}

interface Parts {
  readonly listen: string;
  readonly target: string | null;
}

/** Finds the colon between LISTEN and TARGET. @throws UsageError when there are too many parts. */
function splitForward(text: string): Parts {
  if (isPath(text)) {
    const [path = '', ...rest] = text.replace(/^unix:/, '').split(':');
    return { listen: `unix:${path}`, target: rest.length === 0 ? null : rest.join(':') };
  }
  const [before = '', ...behind] = text.split(TARGET_PATH);
  if (behind.length > 0) return { listen: before, target: text.slice(before.length + 1) };
  // A colon within brackets belongs to an address.
  const parts = text.split(/:(?![^[]*\])/);
  const hosts = /^\d+(?:\/|$)/.test(parts[0] ?? '') ? 1 : 2;
  if (parts.length > 4 || (parts.length > 2 && parts.includes(''))) {
    throw new UsageError(
      `${quoted(text)} has too many colons: an IPv6 address stands in brackets, as in [::1]:8080:[2001:db8::7]:80`,
    );
  }
  if (parts.length === 2 && hosts === 1 && !/^\d+(?:\/|$)/.test(parts[1] ?? '')) {
    throw new UsageError(`${quoted(text)} has a target without a port: write PORT:HOST:PORT`);
  }
  return {
    listen: parts.slice(0, hosts).join(':'),
    target: parts.length > hosts ? parts.slice(hosts).join(':') : null,
  };
}

type Place = ReturnType<typeof parsePlace>;

/** @throws UsageError when the host is no address to listen on. */
function listenOn({ host, port }: Place, text: string): Omit<Extract<Listen, { kind: 'port' }>, 'transport'> {
  const address = host === null || host === 'localhost' ? LOOPBACK : host;
  if (isIP(address) !== 0) return { kind: 'port', address, port };
  throw new UsageError(
    `${quoted(text)} would listen on '${address}', which is no address: write an IP address of this host, or the port to listen on first, as in ${port}:${address}:${port}`,
  );
}

/** The port that is listened on names the target. */
function portAlone(listen: Extract<Listen, { kind: 'port' }>, text: string): Forward {
  const { transport, port } = listen;
  if (port === 0) throw new UsageError(`${quoted(text)} has no target: write 0:TARGET for any free port`);
  return { listen, target: { kind: 'port', transport, host: null, port } };
}

function fromFile({ listen, target }: Parts, text: string): Forward {
  const file = parsePath(listen);
  if (target === null) throw new UsageError(`${quoted(text)} has no target: write ${file.path}:TARGET`);
  const parsed = withPort(parseTarget(target), text);
  if (parsed.kind === 'port' && parsed.transport === 'udp') throw datagramsIn(text);
  return { listen: file, target: parsed };
}

/** The one transport of both; what is written on one side holds for both. @throws UsageError when they differ. */
function agreeOn(
  { target, written, listen }: { readonly target: Target; readonly written: string; readonly listen: Transport | null },
  text: string,
): Transport {
  if (target.kind === 'unix') {
    if (listen === 'udp') throw datagramsIn(text);
    return 'tcp';
  }
  const named = splitTransport(written).transport;
  if (named !== null && listen !== null && named !== listen) {
    throw new UsageError(
      `${quoted(text)} listens on ${listen.toUpperCase()} and asks for ${named.toUpperCase()}: both have to be the same`,
    );
  }
  return named ?? listen ?? 'tcp';
}

function withTransport(target: Target, transport: Transport): Target {
  return target.kind === 'unix' ? target : { ...target, transport };
}

function datagramsIn(text: string): UsageError {
  return new UsageError(`${quoted(text)} joins UDP and a socket file: a socket file takes connections only`);
}

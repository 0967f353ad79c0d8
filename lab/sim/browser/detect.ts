/** One detection in a simulated browser, through the server's decisions: how the host is reached, by which seed; the report. */
import { type Browsers, createBrowsers } from '../../../server/browser/decisions/browsers.ts';
import type { BrowserInput } from '../../../server/browser/decisions/input-output.ts';
import { TICK_MS } from '../../../server/browser/decisions/limits.ts';
import { placesOf } from '../../../server/browser/decisions/places.ts';
import { endpointsOf, type Layout } from '../../../server/stun/decisions/layout.ts';
import type { Endpoint, Family } from '../../../src/endpoint.ts';
import { BROWSER_SOCKETS, type BrowserSocket, PLACES } from '../../../src/nat/browser/places.ts';
import {
  BROWSER_VERSION,
  type BrowserResult,
  type PageMessage,
  type ServerMessage,
} from '../../../src/nat/browser/protocol.ts';
import { browserReport } from '../../../src/nat/browser/report.ts';
import type { FamilyReport } from '../../../src/nat/report.ts';
import { DEFAULT_BOUNDS, runUntil } from '../network/clock.ts';
import { addressOf, createHost, type Host } from '../network/host.ts';
import type { Link } from '../network/link.ts';
import { createWorld, type World } from '../network/world.ts';
import { addPartnerServers, type PartnerServersOptions, type SimPartner } from '../server/partner-servers.ts';
import { LAB_LAYOUT, LAB_LAYOUT_IPV6 } from '../server/stun-server.ts';
import { createSite, type Site, type SiteOptions } from '../site/site.ts';
import { type BrowserKind, openPageSocket, type SimPageSocket } from './page-socket.ts';

export interface SimBrowserDetection {
  readonly access: SiteOptions['access'];
  readonly seed: number;
  readonly browser: BrowserKind;
  readonly family?: Family;
  readonly link?: Link;
  readonly layout?: Layout;
  /** The server has the first address of the layout alone, and a partner the second; default: it has both. */
  readonly partners?: Pick<PartnerServersOptions, 'link'>;
  /** Endpoints of the server that send nothing, whatever they are to: as a firewall before it would have it. */
  readonly mute?: (from: { readonly address: string; readonly port: number }) => boolean;
  /** Is told of the world before the detection begins; `partner` is null where there is none. */
  readonly disturb?: (world: World, site: Site, partner: SimPartner | null) => void;
}

/** How long what is said over the WebSocket is under way. */
const MESSAGE_MS = 20;
/** How long the browser may take to say what it knows, after the server has said all; as page/detect/detect.ts has it. */
const LAST_WORDS_MS = 2_000;
const LAYOUTS: Readonly<Record<Family, Layout>> = { IPv4: LAB_LAYOUT, IPv6: LAB_LAYOUT_IPV6 };

/** What the server has sent over UDP: for tests of what it may be made to send. */
export interface BrowserRun {
  readonly report: FamilyReport;
  readonly sent: number;
}

/** @throws Error when it does not end. */
export function detectByBrowserInSim(options: SimBrowserDetection): BrowserRun {
  const { access, seed, browser, family = 'IPv4', link, layout = LAYOUTS[family], disturb } = options;
  const world = createWorld({ seed });
  const server = options.partners
    ? addPartneredServer(world, { layout, ...options.partners })
    : addServer(world, layout, options.mute);
  const site = createSite(world, { name: 'router', access, family, ...(link && { link }) });
  const host = site.addHost('browser');
  disturb?.(world, site, server.partner);
  const sockets = openSockets(world, { host, kind: browser, address: addressOf(host, family) });
  const page: Page = { world, server, sockets, family, result: null, base: null };
  server.tell = (message) => world.clock.schedule(world.clock.now() + MESSAGE_MS, () => hear(page, message));
  server.handle({ kind: 'opened', page: 1, source: 'site' });
  const end = runUntil(world, () => page.result !== null, DEFAULT_BOUNDS);
  if (end !== 'condition') throw new Error(`the detection has not ended: ${end}`);
  const last = world.clock.now() + LAST_WORDS_MS;
  const isKnown = (): boolean => sockets.base.isOwn() !== null && page.base !== null;
  runUntil(world, () => isKnown() || world.clock.now() >= last, DEFAULT_BOUNDS);
  const ports = [sockets.control.port];
  const view = { hasUdp: true, isOwn: sockets.base.isOwn(), base: page.base, ports };
  for (const socket of Object.values(sockets)) socket.close();
  return { report: browserReport(page.result, view, null), sent: server.sent };
}

interface Page {
  readonly world: World;
  readonly server: Server;
  readonly sockets: Readonly<Record<BrowserSocket, SimPageSocket>>;
  readonly family: Family;
  result: BrowserResult | null;
  /** Where the server has seen the base socket. */
  base: Endpoint | null;
}

function hear(page: Page, message: ServerMessage): void {
  const { world, server, sockets, family } = page;
  const say = (said: PageMessage): void => {
    const text = JSON.stringify(said);
    world.clock.schedule(world.clock.now() + MESSAGE_MS, () => server.handle({ kind: 'message', page: 1, text }));
  };
  switch (message.type) {
    case 'welcome': {
      const { control, filtering, base } = sockets;
      const credentials = { control: control.credentials, filtering: filtering.credentials, base: base.credentials };
      say({ type: 'begin', version: BROWSER_VERSION, family, sockets: credentials });
      break;
    }
    case 'begun':
      for (const name of BROWSER_SOCKETS) {
        const places = name === 'control' ? PLACES : (['primary'] as const);
        sockets[name].check(
          message.sockets[name],
          places.flatMap((place) => message.endpoints[place] ?? []),
        );
      }
      say({ type: 'started', family });
      break;
    case 'result':
      page.result = message;
      break;
    case 'seen':
      if (message.socket === 'base') page.base = message.endpoint;
      break;
    case 'error':
      throw new Error(message.detail);
  }
}

interface Server {
  readonly handle: (input: BrowserInput) => void;
  tell: (message: ServerMessage) => void;
  sent: number;
  partner: SimPartner | null;
}

function addServer(world: World, layout: Layout, mute: SimBrowserDetection['mute']): Server {
  const [first, ...others] = layout.addresses;
  const host = createHost(world, { name: 'server', realm: world.internet, addresses: [first, ...others] });
  const { server, browsers } = createServer(world, {
    layouts: () => [layout],
    transmit: (from, to, bytes) => {
      if (!mute?.(from)) host.sendFrom(from, to, bytes);
    },
    onFragment: () => {},
  });
  for (const local of endpointsOf(layout)) {
    host.open((remote, bytes) => {
      if (browsers.isFor(bytes)) server.handle({ kind: 'datagram', bytes, local, remote });
    }, local);
  }
  return server;
}

/** One that has a partner at its other address. */
function addPartneredServer(world: World, options: PartnerServersOptions): Server {
  const [home, away] = addPartnerServers(world, options);
  const { server, browsers } = createServer(world, {
    layouts: () => [home.layout()],
    transmit: home.transmit,
    onFragment: home.tellFragment,
  });
  server.partner = away;
  home.servePages({
    take: (bytes, local, remote) => {
      const isFor = browsers.isFor(bytes);
      if (isFor) server.handle({ kind: 'datagram', bytes, local, remote });
      return isFor;
    },
    fragments: () => browsers.fragments().map(({ fragment }) => fragment),
  });
  return server;
}

/** The server's decisions, which are told of time. */
function createServer(
  world: World,
  {
    layouts,
    transmit,
    onFragment,
  }: {
    readonly layouts: () => readonly Layout[];
    readonly transmit: (from: Endpoint, to: Endpoint, bytes: Uint8Array) => void;
    readonly onFragment: (fragment: string) => void;
  },
): { readonly server: Server; readonly browsers: Browsers } {
  const random = world.random.fork('browsers');
  const browsers = createBrowsers({ places: () => placesOf(layouts()), randomBytes: random.bytes });
  const server: Server = {
    tell: () => {},
    sent: 0,
    partner: null,
    handle: (input) => {
      for (const output of browsers.handle(world.clock.now(), input)) {
        if (output.kind === 'send') server.tell(output.message);
        if (output.kind === 'fragment' && output.isThere) onFragment(output.fragment);
        if (output.kind !== 'transmit') continue;
        server.sent++;
        transmit(output.from, output.to, output.bytes);
      }
    },
  };
  const tick = (): void => {
    server.handle({ kind: 'tick' });
    world.clock.schedule(world.clock.now() + TICK_MS, tick);
  };
  tick();
  return { server, browsers };
}

function openSockets(
  world: World,
  options: { readonly host: Host; readonly kind: BrowserKind; readonly address: string | undefined },
): Page['sockets'] {
  const open = (name: BrowserSocket): SimPageSocket =>
    openPageSocket(world, { ...options, random: options.host.random.fork(name) });
  return { control: open('control'), filtering: open('filtering'), base: open('base') };
}

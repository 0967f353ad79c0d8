/**
 * The services of a UPnP router that map ports (UPnP IGD, WANIPConnection:1 and :2, WANPPPConnection:1) or open its IPv6
 * firewall (WANIPv6FirewallControl:1), and their actions.
 */
import { exchangeHttp } from './http.ts';
import type { Location } from './ssdp.ts';
import { elementsOf, escapeXml, textOf } from './xml.ts';

export interface IgdService {
  /** The URN, with its version. */
  readonly type: string;
  /** Where its actions are called: on the host that the description came from. */
  readonly controlUrl: URL;
  /** The address of that host, with its zone if it has one. */
  readonly address: string;
}

export const PORT_MAPPING_TYPE = /^urn:schemas-upnp-org:service:WAN(IP|PPP)Connection:[12]$/;
export const PINHOLE_TYPE = /^urn:schemas-upnp-org:service:WANIPv6FirewallControl:1$/;
/** A router has as many connections as it has ways out. */
const MAX_SERVICES = 4;

/** The services in a router's description, in its order, without those that are of another host than the description. */
export function igdServicesOf(
  description: string,
  { location: { url: location, address }, type: wanted }: { readonly location: Location; readonly type: RegExp },
): readonly IgdService[] {
  const base = textOf(description, 'URLBase') || location.href;
  return elementsOf(description, 'service')
    .flatMap((service) => {
      const [type, path] = [textOf(service, 'serviceType') ?? '', textOf(service, 'controlURL') ?? ''];
      if (!wanted.test(type) || path === '' || !URL.canParse(path, base)) return [];
      const controlUrl = new URL(path, base);
      return controlUrl.protocol === 'http:' && controlUrl.hostname === location.hostname
        ? [{ type, controlUrl, address }]
        : [];
    })
    .slice(0, MAX_SERVICES);
}

export type ActionResult =
  | { readonly outcome: 'done'; readonly value: (name: string) => string | null }
  /** UPnP Device Architecture 1.1 §3.2.2; null for an answer without a code. */
  | { readonly outcome: 'refused'; readonly code: number | null }
  | { readonly outcome: 'silent' };

/** Calls one action by SOAP (UPnP Device Architecture 1.1 §3.2.1). The arguments are sent in the order given, as they must be. */
export async function callAction(
  { type, controlUrl, address }: IgdService,
  options: {
    readonly action: string;
    readonly args?: Readonly<Record<string, string | number>>;
    readonly local: string;
    readonly signal: AbortSignal;
  },
): Promise<ActionResult> {
  const { action, args = {}, local, signal } = options;
  const given = Object.entries(args).map(([name, value]) => `<${name}>${escapeXml(`${value}`)}</${name}>`);
  const body = `<?xml version="1.0"?>
<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" s:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><s:Body><u:${action} xmlns:u="${type}">${given.join('')}</u:${action}></s:Body></s:Envelope>`;
  const headers = {
    'Content-Type': 'text/xml; charset="utf-8"',
    'Content-Length': `${Buffer.byteLength(body)}`,
    SOAPAction: `"${type}#${action}"`,
  };
  const answer = await exchangeHttp({ url: controlUrl, address, local, method: 'POST', headers, body, signal });
  if (!answer) return { outcome: 'silent' };
  const { status, text } = answer;
  if (status === 200) return { outcome: 'done', value: (name) => textOf(text, name) };
  const code = Number(textOf(text, 'errorCode') ?? Number.NaN);
  return { outcome: 'refused', code: Number.isInteger(code) ? code : null };
}

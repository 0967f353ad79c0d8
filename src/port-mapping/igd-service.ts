/** The service of a UPnP router that maps ports (UPnP IGD, WANIPConnection:1 and :2, WANPPPConnection:1), and its actions. */
import { exchangeHttp } from './http.ts';
import { elementsOf, escapeXml, textOf } from './xml.ts';

export interface IgdService {
  /** The URN, with its version. */
  readonly type: string;
  /** Where its actions are called: on the host that the description came from. */
  readonly controlUrl: URL;
}

const TYPE = /^urn:schemas-upnp-org:service:WAN(IP|PPP)Connection:[12]$/;
/** A router has as many connections as it has ways out. */
const MAX_SERVICES = 4;

/** The services in a router's description, in its order, without those that are of another host than the description. */
export function igdServicesOf(description: string, location: URL): readonly IgdService[] {
  const base = textOf(description, 'URLBase') || location.href;
  return elementsOf(description, 'service')
    .flatMap((service) => {
      const [type, path] = [textOf(service, 'serviceType') ?? '', textOf(service, 'controlURL') ?? ''];
      if (!TYPE.test(type) || path === '' || !URL.canParse(path, base)) return [];
      const controlUrl = new URL(path, base);
      return controlUrl.protocol === 'http:' && controlUrl.hostname === location.hostname ? [{ type, controlUrl }] : [];
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
  { type, controlUrl }: IgdService,
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
  const answer = await exchangeHttp({ url: controlUrl, local, method: 'POST', headers, body, signal });
  if (!answer) return { outcome: 'silent' };
  const { status, text } = answer;
  if (status === 200) return { outcome: 'done', value: (name) => textOf(text, name) };
  const code = Number(textOf(text, 'errorCode') ?? Number.NaN);
  return { outcome: 'refused', code: Number.isInteger(code) ? code : null };
}

/** An address and a port, `10.42.0.2:5201` or `[fd00::1]:5201`, of which the address may have places in it. */
import type { Template } from '../template.ts';
import { type Parsed, parsed, refused } from './parsed.ts';
import { parseTemplate } from './template.ts';

export interface EndpointTemplate {
  readonly address: Template;
  readonly port: number;
}

/** The highest port. */
const PORT_MAX = 65_535;
const LENGTH_MAX = 1000;

export function parseEndpoint(text: string): Parsed<EndpointTemplate> {
  if (text.length > LENGTH_MAX) return refused(`an endpoint has at most ${LENGTH_MAX} characters`);
  const [, bracketed, plain, digits] = /^(?:\[(.+)\]|(.+)):(\d{1,5})$/.exec(text) ?? [];
  const address = bracketed ?? plain;
  const port = Number(digits);
  if (address === undefined || /[[\]\s:]/.test(withoutPlaces(plain ?? '')) || port < 1 || port > PORT_MAX) {
    return refused('an endpoint is an address and a port, such as 10.42.0.2:5201 or [fd00::1]:5201');
  }
  const template = parseTemplate(address);
  return template.kind === 'refused' ? template : parsed({ address: template.value, port });
}

/** Places have colons of their own. */
const withoutPlaces = (text: string): string => text.replaceAll(/\{\{.*?\}\}/g, '');

/** `--partner` and `--partner-secret`: the options of `natcheck serve` for two servers that are one, and what is told of it. */
import type { PartnerView, ServerLog, ServerOptions, Standing } from '../../../server/index.ts';
import { UsageError } from '../../../src/errors.ts';

export const PARTNER_OPTIONS = {
  partner: {
    type: 'string',
    array: true,
    describe: 'Another natcheck server with one address and the same ports, to be one server for behaviour tests with',
  },
  'partner-secret': {
    type: 'string',
    describe: 'Secret that both partners have (env NATCHECK_PARTNER_SECRET)',
  },
} as const;

export const PARTNER_NOTES = `\
With --partner, two servers with one address each are one server with two for
the behaviour tests: each passes the requests to change the address on to the
other, which answers them. Both have the same ports and the same
--partner-secret. While one does not answer the other, the tests are not
available. --partner takes a name or an address, or the URL of the other's
rendezvous; it can be given twice, for an IPv4 and an IPv6 address.`;

interface PartnerArguments {
  readonly partner: string[] | undefined;
  readonly 'partner-secret': string | undefined;
}

/** Reads the options. @throws UsageError when one of the two is given without the other. */
export function partnerOptions(
  { partner: hosts, 'partner-secret': given }: PartnerArguments,
  { secretOfEnv, log }: { readonly secretOfEnv: string | undefined; readonly log: ServerLog },
): Pick<ServerOptions, 'partner' | 'onPartner'> {
  if (!hosts) {
    if (given !== undefined) throw new UsageError('--partner-secret is of use only with --partner');
    return {};
  }
  const secret = given ?? secretOfEnv;
  if (secret === undefined) {
    throw new UsageError('--partner needs the secret of both servers: NATCHECK_PARTNER_SECRET, or --partner-secret');
  }
  const onPartner = (partner: PartnerView, standing: Standing): void => {
    const message = partnerText(partner, standing);
    log(standing === 'up' ? 'info' : 'warn', 'partner', { family: partner.family, standing, message });
  };
  return { partner: { hosts, secret }, onPartner };
}

const WHY_NOT: Readonly<Record<Exclude<Standing, 'up'>, string>> = {
  silent: 'it does not answer',
  'other-secret': 'what comes from it was not sealed with the same secret',
  'other-version': 'it speaks another version',
  'other-ports': 'it has other ports',
  'one-way': 'it does not hear this server yet',
};

/** One line on how it stands with the partner. */
export function partnerText({ family, address }: PartnerView, standing: Standing): string {
  const who = `partner ${address() ?? 'whose name is not found'}`;
  if (standing === 'up') return `${who}: the ${family} behaviour tests are available`;
  return `${who}: no ${family} behaviour tests, ${WHY_NOT[standing]}`;
}

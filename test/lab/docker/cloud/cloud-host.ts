/** A machine of a cloud: one host with two private addresses, each of which a router translates into a public one (1:1 NAT). */
import type { LabContainer, LabSite, Program } from '../../../../lab/index.ts';

export interface CloudHost {
  readonly container: LabContainer;
  /** Its two addresses as `natcheck serve --ip` takes them. */
  readonly ip: readonly [string, string];
  /** The public address of each. */
  readonly public: readonly [string, string];
}

/** Gives the first of two clients behind a static NAT the address of the second one too. */
export async function cloudHost(site: LabSite): Promise<CloudHost> {
  const [first, second] = [site.client(0), site.client(1)];
  const [one = '', other = ''] = site.publicAddresses;
  await run(second, ['ip', 'addr', 'del', `${second.address}/24`, 'dev', 'lan']);
  await run(first, ['ip', 'addr', 'add', `${second.address}/24`, 'dev', 'lan']);
  // The router has talked to the second client, and knows where it was.
  await run(site.router, ['ip', 'neigh', 'flush', 'dev', 'lan']);
  return {
    container: first,
    ip: [`${first.address}=${one}`, `${second.address}=${other}`],
    public: [one, other],
  };
}

/** Starts `natcheck serve` on these addresses of the host; it listens when this resolves. */
export async function serveInCloud(
  { container }: CloudHost,
  ip: readonly string[],
  options: readonly string[] = [],
): Promise<Program> {
  const program = await container.start(['natcheck', 'serve', ...ip.flatMap((one) => ['--ip', one]), ...options]);
  await program.line(/\bready\b/);
  return program;
}

export async function run(container: LabContainer, argv: readonly string[]): Promise<string> {
  const { stdout, stderr, exitCode } = await container.exec(argv);
  if (exitCode !== 0) throw new Error(`${argv.join(' ')}: exit ${exitCode}\n${stderr}`);
  return stdout;
}

/** Tries each ability of the kernel, in a network namespace that is gone afterwards: the host's network is not touched. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { findProgram } from '../engine/provision.ts';
import { ABILITIES, type Ability } from './abilities.ts';
import type { Check } from './check.ts';

const TRIAL_TIMEOUT_MS = 10_000;

export interface KernelOptions {
  /** Whether this process is root; others try in a user namespace, where not every failure is the kernel's. */
  readonly isRoot: boolean;
  /** Whether the engine is known to run on another kernel than this process. */
  readonly isElsewhere: boolean;
  /** Default: all that the lab uses. */
  readonly abilities?: readonly Ability[];
}

export async function checkKernel({
  isRoot,
  isElsewhere,
  abilities = ABILITIES,
}: KernelOptions): Promise<readonly Check[]> {
  const allUnknown = (found: string, remedy: string | null): readonly Check[] =>
    abilities.map((ability) => unknown(ability, found, remedy));
  if (isElsewhere) return allUnknown('the engine has the kernel of another machine', null);
  if (process.platform !== 'linux') return allUnknown('not Linux: the engine has a kernel of its own', null);
  if ((await findProgram('unshare')) === undefined) {
    return allUnknown('there is no unshare', 'apt-get install util-linux');
  }
  const namespaces = await checkNamespaces();
  if (!isRoot && namespaces.status !== 'ok') return [...allUnknown('not root', SUDO), namespaces];
  const checks = await Promise.all(abilities.map((ability) => tryAbility(ability, isRoot ? 'root' : 'user')));
  return [...checks, namespaces];
}

const SUDO = 'sudo natcheck lab doctor';

/** In a network namespace made by root, or in one of a user namespace. */
type Namespace = 'root' | 'user';

async function tryAbility(ability: Ability, namespace: Namespace): Promise<Check> {
  const lacking = await absentPrograms(ability);
  const [[program, debian] = ['', '']] = lacking;
  if (program)
    return unknown(ability, `${program}, by which it is tried, is not installed`, `apt-get install ${debian}`);
  const { exitCode, error } = await inNamespace(ability.command, namespace);
  if (exitCode === 0) return { ...shared(ability), status: 'ok', found: 'tried in a network namespace', remedy: null };
  if (exitCode === null) return unknown(ability, `not done in ${TRIAL_TIMEOUT_MS / 1000} s`, null);
  // In a user namespace the kernel loads no modules, and refuses some of what root may do.
  if (namespace === 'user') return unknown(ability, `not root: ${error}`, SUDO);
  return { ...shared(ability), status: 'missing', found: error, remedy: ability.remedy };
}

async function checkNamespaces(): Promise<Check> {
  const check = {
    name: 'user namespaces',
    isRequired: false,
    purpose: 'rootless engines, and this check without root',
  };
  const { exitCode, error } = await inNamespace('true', 'user');
  if (exitCode === 0) return { ...check, status: 'ok', found: 'tried', remedy: null };
  const remedy = 'sudo sysctl kernel.unprivileged_userns_clone=1 kernel.apparmor_restrict_unprivileged_userns=0';
  return { ...check, status: 'missing', found: error || 'not allowed', remedy };
}

/** A spare link for what is set on one; it is there before each trial. */
const SPARE_LINK = 'ip link add natcheck0 type veth peer name natcheck9 2>/dev/null';

/** Null for one that took too long. */
async function inNamespace(
  command: string,
  namespace: Namespace,
): Promise<{ readonly exitCode: number | null; readonly error: string }> {
  const namespaces = namespace === 'root' ? ['--net'] : ['--user', '--map-root-user', '--net'];
  const child = spawn('unshare', [...namespaces, '--kill-child', '--fork', 'sh', '-c', `${SPARE_LINK}\n${command}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: TRIAL_TIMEOUT_MS,
    env: { ...process.env, LC_ALL: 'C', PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
  });
  const [exitCode, said] = await Promise.all([endOf(child), child.stderr ? text(child.stderr) : '']);
  return { exitCode, error: firstLine(said) };
}

async function endOf(child: ChildProcess): Promise<number | null> {
  const [code] = await once(child, 'close').catch(() => [1]);
  return code as number | null;
}

const MAX_LINE = 200;

function firstLine(text: string): string {
  return (text.split('\n').find((line) => line.trim() !== '') ?? 'no reason given').trim().slice(0, MAX_LINE);
}

async function absentPrograms({ needs }: Ability): Promise<readonly [program: string, debian: string][]> {
  const programs = Object.entries(needs);
  const found = await Promise.all(programs.map(([program]) => findProgram(program)));
  return programs.filter((_, index) => found[index] === undefined);
}

function unknown(ability: Ability, found: string, remedy: string | null): Check {
  return { ...shared(ability), status: 'unknown', found, remedy };
}

function shared({ name, isRequired, purpose }: Ability): Pick<Check, 'name' | 'isRequired' | 'purpose'> {
  return { name, isRequired, purpose };
}

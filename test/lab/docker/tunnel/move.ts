/** A host of the lab that moves within its network. */
import { expect } from 'vitest';
import type { LabContainer } from '../../../../lab/index.ts';

const MOVE = `
  set -- "$1" $(ip -4 route show default)
  gateway=$4 dev=$6
  former=$(ip -4 -o address show dev $dev scope global | sed 's/.* inet \\([^ ]*\\).*/\\1/')
  [ $1 = another ] && next=\${former%.*}.222/\${former#*/} || next=$1
  ip address del $former dev $dev
  ip address add $next dev $dev
  ip route replace default via $gateway dev $dev
  echo $former`;

/** Gives a host another address of its network, or that one, and takes away the one that it had, which is returned. */
export async function moveTo(client: LabContainer, address: string): Promise<string> {
  const { stdout, stderr, exitCode } = await client.exec(['sh', '-ec', MOVE, 'sh', address]);
  expect(exitCode, stderr).toBe(0);
  return stdout.trim();
}

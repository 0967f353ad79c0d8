/** The programs of others that docs/lab-results.md tells of, each with its lab file. */

export interface ForeignProgram {
  readonly name: string;
  /** From the root of the repository. */
  readonly file: string;
  readonly language: string;
  /** Whose version is told: Debian packages, or packages of npm, installed beside the lab file. */
  readonly packages: readonly { readonly name: string; readonly from: 'Debian' | 'npm' }[];
}

export const FOREIGN_PROGRAMS: readonly ForeignProgram[] = [
  { name: 'nebula', file: 'examples/lab/nebula.yml', language: 'Go', packages: [debian('nebula')] },
  { name: 'n2n', file: 'examples/lab/n2n.yml', language: 'C', packages: [debian('n2n')] },
  { name: 'tinc', file: 'examples/lab/tinc.yml', language: 'C', packages: [debian('tinc')] },
  {
    name: 'syncthing',
    file: 'examples/lab/syncthing/lab.yml',
    language: 'Go',
    packages: [debian('syncthing'), debian('syncthing-discosrv')],
  },
  {
    name: 'hyperdht',
    file: 'examples/lab/hyperdht/lab.yml',
    language: 'JavaScript',
    packages: [{ name: 'hyperdht', from: 'npm' }],
  },
  {
    name: 'aioice',
    file: 'examples/lab/aioice/lab.yml',
    language: 'Python',
    packages: [debian('python3-aioice'), debian('coturn')],
  },
];

function debian(name: string): ForeignProgram['packages'][number] {
  return { name, from: 'Debian' };
}

/**
 * A lab file as it was understood: plain data, schema natcheck.lab-file/1. Every name is resolved, every default filled in,
 * and what cannot be realized has been refused.
 */
import type { NamedAccess } from '../profiles.ts';
import type { FilePlace } from './lab-file-error.ts';
import type { Template } from './template.ts';

export interface LabFile {
  /** The file itself, as the caller named it. */
  readonly file: string;
  /** The title of the results; default: the name of the file. */
  readonly name: string;
  /** The full path of the folder that the paths in the file begin at. */
  readonly dir: string;
  /** Runs once, before everything else, with the shared folder writable; null if there is nothing to prepare. */
  readonly setup: ProgramSpec | null;
  /** The two sides of a pair, `a` and `b`, and further peers, `c` to `h`. */
  readonly sides: readonly [Side, Side, ...FurtherSide[]];
  /** Programs on the public side: relays, trackers, lighthouses. */
  readonly helpers: readonly Helper[];
  /** Whether `natcheck serve --relay --open-relay` runs on the lab's own server. */
  readonly natcheckServer: boolean;
  readonly rows: readonly NamedAccess[];
  readonly columns: readonly NamedAccess[];
  readonly success: Success;
  readonly expect: Expect;
  readonly faults: readonly Fault[];
  /** Null: as many as the machine bears. One where there are further peers, or helpers that restart. */
  readonly pairsAtOnce: number | null;
  /** What every link between a site and the public network does to packets; null: nothing. */
  readonly link: LinkQuality | null;
  /**
   * Where in the file things are, for what turns out to be wrong only later (`problemIn`): by their path in this object,
   * with sides and helpers by name. `setup`, `sides.a` and `helpers.NAME` are there, each also with `.source`, `.command`
   * and `.files`, `.devices`, `.before` where they are given; `rows[0]`, `columns[0]`, `sides.c.access`,
   * `success.conditions[0]`, `faults[0]`, `link`, `expect`.
   */
  readonly places: ReadonlyMap<string, FilePlace>;
}

export type SideName = 'a' | 'b' | 'c' | 'd' | 'e' | 'f' | 'g' | 'h';

/** Where a program comes from. */
export type ImageSource =
  /** The lab's own image, with these Debian packages. */
  | { readonly kind: 'lab'; readonly packages: readonly string[] }
  /** An image that the engine has, or can pull. */
  | { readonly kind: 'image'; readonly image: string }
  /** A Dockerfile, by its full path, and the folder that it is built in. */
  | { readonly kind: 'build'; readonly dockerfile: string; readonly context: string };

export interface ProgramSpec {
  readonly source: ImageSource;
  /** Full path in the container to full path on this machine, file or folder. */
  readonly files: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, Template>>;
  /** Shell commands, each run to its end in the program's container before the program; the first that fails ends the try. */
  readonly before: readonly Template[];
  /** Null: the command of the image. */
  readonly command: Command | null;
  /** Such as `/dev/net/tun`. */
  readonly devices: readonly string[];
  /** Such as `NET_ADMIN`. */
  readonly capabilities: readonly string[];
}

export type Command =
  | { readonly kind: 'argv'; readonly argv: readonly Template[] }
  | { readonly kind: 'shell'; readonly script: Template };

export interface Side extends ProgramSpec {
  readonly name: SideName;
}

/** A peer beside the two of a pair: its access is the same in every pair. */
export interface FurtherSide extends Side {
  readonly access: NamedAccess;
}

export interface Helper extends ProgramSpec {
  readonly name: string;
  /** When it is ready for others; null: as soon as it has started. */
  readonly ready:
    | { readonly kind: 'line'; readonly pattern: RegExp }
    | { readonly kind: 'port'; readonly port: number }
    | null;
  /** Whether it is started anew for each try. */
  readonly restarts: boolean;
}

/** A pair has succeeded once every condition has been met, all of them within that time of the start of its sides. */
export interface Success {
  readonly withinMs: number;
  readonly conditions: readonly [Condition, ...Condition[]];
}

export type Condition =
  | { readonly kind: 'exit'; readonly side: SideName; readonly code: number }
  /** Of stdout or stderr. */
  | { readonly kind: 'line'; readonly side: SideName; readonly pattern: RegExp }
  /** A line of output that is JSON, in which the value at that path is this one. */
  | {
      readonly kind: 'json';
      readonly side: SideName;
      readonly path: readonly (string | number)[];
      readonly equals: unknown;
    }
  /** The port answers when asked from that side: TCP by a connection. */
  | { readonly kind: 'port'; readonly from: SideName; readonly address: Template; readonly port: number }
  /** So many bytes of the lab's own go over TCP from one side to an address of the other, and arrive unchanged. */
  | {
      readonly kind: 'bytes';
      readonly from: SideName;
      readonly to: SideName;
      readonly address: Template;
      readonly amount: number;
      /** Null: as soon as its sides have started. */
      readonly after: When | null;
    };

/** What the routers should have seen of a pair. */
export type Expect =
  /**
   * Direct where sending to the endpoints that a server saw is enough. Where it takes a guess of ports, any path if the
   * program has a relay, and anything if it has not; otherwise relayed, and none.
   */
  | { readonly kind: 'arithmetic'; readonly hasRelay: boolean }
  /** The same for every pair. */
  | { readonly kind: 'all'; readonly outcome: ExpectedOutcome }
  /** By row and column, `a×b`; what is not there falls back. */
  | {
      readonly kind: 'table';
      readonly cells: ReadonlyMap<string, ExpectedOutcome>;
      readonly otherwise: ExpectedOutcome | { readonly kind: 'arithmetic'; readonly hasRelay: boolean };
    };

/** `any-path`: direct or relayed. `anything`: no path is right as well. */
export type ExpectedOutcome = 'direct' | 'relayed' | 'any-path' | 'none' | 'anything';

/** So long after the start of the two sides, or after a line of a side or helper. */
export type When =
  | { readonly kind: 'time'; readonly afterMs: number }
  | { readonly kind: 'line'; readonly of: string; readonly pattern: RegExp; readonly afterMs: number };

export interface Fault {
  readonly when: When;
  readonly what: FaultAction;
}

export type FaultAction =
  /** Of the UDP datagrams in each direction, by count, as `loseEveryNth`; from 0, which ends it, to 50. */
  | { readonly kind: 'loss'; readonly side: SideName; readonly percent: number }
  /** The router forgets all mappings. */
  | { readonly kind: 'forget'; readonly side: SideName }
  /** The router forgets all mappings, and gets another public address. */
  | { readonly kind: 'renumber'; readonly side: SideName }
  /** The router that the side is behind reboots, and keeps its addresses; the carrier's in front of it, if any, does not. */
  | { readonly kind: 'reboot'; readonly side: SideName }
  | { readonly kind: 'cut'; readonly side: SideName }
  | { readonly kind: 'restore'; readonly side: SideName }
  | { readonly kind: 'kill'; readonly helper: string }
  | { readonly kind: 'start'; readonly helper: string };

/** What a link does to packets, each way. */
export interface LinkQuality {
  readonly latencyMs: number;
  readonly jitterMs: number;
  /** In bits per second; null: as fast as the machine. */
  readonly rate: number | null;
  readonly lossPercent: number;
}

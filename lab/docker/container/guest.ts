/**
 * A program in a container of its own image, which shares the network of a container of the lab: so that any image can be
 * behind a NAT, even one without a shell, and what it leaves on its file system or forks ends with it.
 */

export interface GuestSpec {
  readonly image: string;
  /** Null or left out: the command of the image. */
  readonly argv?: readonly string[] | null;
  /** Left out: the entrypoint of the image, which `argv` is then given to; empty: none. */
  readonly entrypoint?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Such as `/dev/net/tun`, by the engine's list of devices. */
  readonly devices?: readonly string[];
  /** Such as `NET_ADMIN`. */
  readonly capabilities?: readonly string[];
  /** Whether its standard input is open, though nothing comes: a shell then waits. Default: it has none. */
  readonly holdsInput?: boolean;
  /** Name of a volume of the engine to the path where it is mounted. */
  readonly volumes?: readonly { readonly name: string; readonly path: string; readonly readOnly: boolean }[];
}

export interface GuestLine {
  /** By `performance.now()` of this process, when it was read. */
  readonly at: number;
  readonly stream: 'stdout' | 'stderr';
  /** Without its end; cut to LINE_BYTES of UTF-8 (output.ts). */
  readonly text: string;
}

/** Runs until it ends by itself or is disposed: then it is asked to end, killed if it does not, and removed. */
export interface Guest extends AsyncDisposable {
  /** The id of its container. */
  readonly id: string;
  /**
   * Its exit code, when every line of it has been told; 127 if the image has no such command and 126 if it is none, with a
   * line that says so. Rejects when the engine is lost.
   */
  readonly ended: Promise<number>;
  /** Ends it at once, without asking, and removes it. */
  kill(): Promise<void>;
  /**
   * Calls back for every line that it has written already, and then for each further one. Of a program that has written
   * more than KEPT_LINES (output.ts), those lines come first, then the latest as many; see `leftOut`.
   */
  onLine(listener: (line: GuestLine) => void): Disposable;
  /** How many lines between the first and the latest are kept no longer, for whoever listens from now on. */
  leftOut(): number;
}

/** How the line begins that says that the image has no such command. */
export const CANNOT_RUN = 'natcheck: the image cannot run ';

/** The guest could not be started: its image is not there, or what it asks for is not to be had, as the message says. */
export class GuestError extends Error {
  override readonly name = 'GuestError';
}

/** A folder that guests share: empty at first; removed when it is disposed of, or with its lab. */
export interface LabVolume extends AsyncDisposable {
  /** As a guest's `volumes` take it. */
  readonly name: string;
}

/** What a benchmark is run with, from the command line. */
export interface BenchOptions {
  devices: number;
  /** Devices a minute of the paced part. */
  rate: number;
  /** Which of its parts are run; empty where it has none to choose from. */
  parts: readonly string[];
  /** Where CPU profiles of the platform are kept; null for none. */
  profileDir: string | null;
}

/** What a benchmark lends on to, in order to be stopped whatever happens: last started, first stopped. */
export interface BenchScope {
  /** Fresh, and removed at the end. */
  dataDir: string;
  /** For people, while it runs. */
  say(text: string): void;
  /** To be called when the benchmark ends, or right now by what it gives back. */
  defer(stop: () => Promise<void>): () => Promise<void>;
  /** Aborted when the benchmark is told to stop. */
  signal: AbortSignal;
}

export interface BenchOutcome {
  /** For programs: what `--json` prints. */
  json: object;
  /** For people. */
  text: string;
  /** What makes the exit code non-zero, a line each. */
  problems: string[];
}

/** Bounds of an option, and what it is when not given. */
export interface Range {
  least: number;
  most: number;
  default: number;
}

export interface Benchmark {
  name: string;
  about: string;
  /** 10 to 5,000, by default 2,000, where nothing else is said. */
  devices?: Range;
  /** What `--parts` takes; all of them when it is not given. */
  parts?: readonly string[];
  run(options: BenchOptions, scope: BenchScope): Promise<BenchOutcome>;
}

/** Numbers of 0 to `below` without the end, the same for the same seed. */
export type Random = (below: number) => number;

export interface FuzzSubject<T> {
  /** An input: made up, or a good one that was damaged. */
  input(random: Random): T;
  /** Gives the input to what is tested and checks what comes back. Returns a word for it; throws when it is wrong. */
  outcomeOf(input: T): string;
  /** An input that failed, for the message. */
  describe(input: T): string;
}

export interface FuzzReport {
  inputs: number;
  outcomes: Record<string, number>;
  /** CPU of the slowest input, in milliseconds, with the garbage collection that fell into it. */
  slowestMs: number;
}

/** Runs through so many inputs and throws at the first that fails, naming it. */
export function fuzz<T>(subject: FuzzSubject<T>, { inputs, seed }: { inputs: number; seed: number }): FuzzReport {
  const random = randomFrom(seed);
  const outcomes: Record<string, number> = {};
  let slowestMs = 0;
  for (let index = 0; index < inputs; index += 1) {
    const input = subject.input(random);
    const begun = process.cpuUsage();
    let outcome: string;
    try {
      outcome = subject.outcomeOf(input);
    } catch (error) {
      throw new Error(`Input ${index} of seed ${seed} failed: ${subject.describe(input)}`, { cause: error });
    }
    slowestMs = Math.max(slowestMs, process.cpuUsage(begun).user / 1_000);
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  }
  return { inputs, outcomes, slowestMs };
}

const PORTION = 1_000;

/** The same in portions, each with a seed of its own and a turn of the event loop behind it: promises settle there, and let go of what they hold. */
export async function fuzzInPortions<T>(subject: FuzzSubject<T>, { inputs, seed }: { inputs: number; seed: number }): Promise<FuzzReport> {
  const report: FuzzReport = { inputs, outcomes: {}, slowestMs: 0 };
  for (let begun = 0; begun < inputs; begun += PORTION) {
    const { outcomes, slowestMs } = fuzz(subject, { inputs: Math.min(PORTION, inputs - begun), seed: seed + begun });
    for (const [outcome, count] of Object.entries(outcomes)) report.outcomes[outcome] = (report.outcomes[outcome] ?? 0) + count;
    report.slowestMs = Math.max(report.slowestMs, slowestMs);
    await new Promise(setImmediate);
  }
  return report;
}

/** xorshift32: as random as inputs need to be. */
function randomFrom(seed: number): Random {
  let state = seed | 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

export const oneOf = <T>(random: Random, list: readonly T[]): T => list[random(list.length)] as T;

export function randomBytes(random: Random, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let at = 0; at < length; at += 1) bytes[at] = random(256);
  return bytes;
}

/** Changes some bytes, cuts, repeats a part or puts one of another sample in. */
export function damaged(random: Random, sample: Buffer, other: Buffer): Buffer {
  let bytes: Buffer = Buffer.from(sample);
  for (let steps = random(4); steps >= 0; steps -= 1) {
    const at = random(bytes.length + 1);
    const step = random(5);
    if (step === 0 && bytes.length > 0) bytes[at % bytes.length] = random(256);
    else if (step === 1) bytes = bytes.subarray(0, at);
    else if (step === 2) bytes = Buffer.concat([bytes.subarray(0, at), randomBytes(random, 1 + random(4)), bytes.subarray(at)]);
    else if (step === 3) bytes = Buffer.concat([bytes.subarray(0, at), other.subarray(random(other.length + 1)), bytes.subarray(at)]);
    else if (bytes.length > 0) bytes = Buffer.concat([bytes, bytes.subarray(at % bytes.length)]).subarray(0, 65_536);
  }
  return bytes;
}

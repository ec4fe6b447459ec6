import { deepStrictEqual } from 'node:assert/strict';
import type { AsyncCommand } from 'fast-check';
import fc from 'fast-check';
import { UserError, UserErrors } from '../../../core/errors';
import type { Rules } from '../model-of-the-rules/rules';
import type { Device } from '../model-of-the-rules/state';
import { agree } from './agree';
import type { World } from './world';

export type Step = AsyncCommand<Rules, World>;

interface StepOf<Args, Subject> {
  args: fc.Arbitrary<Args>;
  /** What the arguments mean now; null when there is nothing they could mean. */
  subject(rules: Rules, args: Args): Subject | null;
  says(subject: Subject): string;
  /** On the platform first, then by the rules: they may look at what `real` left in the subject. Both give their answer. */
  real(world: World, subject: Subject): Promise<unknown>;
  rules(rules: Rules, subject: Subject): unknown;
}

/** One thing that happens. Afterwards answer and state have to be those of the rules. */
export function step<Args, Subject>({ args, subject, says, real, rules: byRules }: StepOf<Args, Subject>): fc.Arbitrary<Step> {
  return args.map((chosen) => {
    let said = `not run with ${fc.stringify(chosen)}`;
    return {
      check: (rules) => subject(rules as Rules, chosen) !== null,
      async run(rules, world) {
        const meant = subject(rules, chosen);
        if (meant === null) return;
        said = says(meant);
        const answer = await real(world, meant).catch(codeOf);
        deepStrictEqual(answer, byRules(rules, meant), `${said}: the answer`);
        await agree(world, rules);
      },
      toString: () => said,
    };
  });
}

/** A refusal is an answer; anything else that is thrown is an error. */
function codeOf(error: unknown): string {
  const [refusal] = error instanceof UserErrors ? error.errors : [error];
  if (refusal instanceof UserError) return refusal.code;
  throw error;
}

/** A place in a list whose length is not known yet. */
export const anyOne = fc.nat(99);
export const pick = <T>(list: readonly T[], place: number): T | null => list[place % list.length] ?? null;

/** Who says something: half of the time the first that was told something, so that stories get long; else another of those, or any. */
export function speaker({ devices, openTaskOf }: Rules, place: number): Device | null {
  const online = devices.filter((device) => device.online);
  const notified = online.filter((device) => openTaskOf(device)?.notifications);
  if (notified.length === 0 || place % 4 === 0) return pick(online, place >> 2);
  return pick(notified, place % 4 === 1 ? place >> 2 : 0);
}

/** The argument of every feed that goes on where an earlier one was left. */
export const AFTER = {
  nullable: true,
  description:
    'The cursor of an event: goes on behind it without a gap, or begins with one Resync. Empty text stands for no event yet and begins with a Resync: what is queried after it and what comes after it leave no gap.',
};

/** The time, as a dependency: tests bring their own. */
export type Clock = () => Date;
export const systemClock: Clock = () => new Date();

const { default: Sequencer } = require('@jest/test-sequencer');

/** Projects whose tests wait most of their time. */
const WAITING = ['e2e', 'engine'];
const EVERY = 4;

/**
 * One test file in four is of those that wait, as long as there are any: they run beside others that use the processor meanwhile, and none
 * of them is the last, alone. Within both kinds the order is Jest's own.
 */
module.exports = class WaitingAmongOthers extends Sequencer {
  async sort(tests) {
    const sorted = await super.sort(tests);
    const isWaiting = ({ context }) => WAITING.includes(context.config.displayName?.name);
    const waiting = sorted.filter(isWaiting);
    const others = sorted.filter((test) => !isWaiting(test));
    const mixed = [];
    while (waiting.length + others.length > 0) mixed.push(...waiting.splice(0, 1), ...others.splice(0, EVERY - 1));
    return mixed;
  }
};

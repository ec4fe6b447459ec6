import type { Answer, Ask } from '../../../../core/reports/lwm2m/contract';
import { createPerform, type PerformDeps } from '../../../../gateways/coap/upgrades/perform';
import { content, createScriptedDevice, requestText, type Script } from '../lwm2m/scripted-device';

export const ASK = { taskId: 'b1.d1', attempt: 1, waitMs: 600_000 } as const;
export const looking = (at: Partial<Extract<Ask, { kind: 'look' }>>): Ask => ({
  ...ASK,
  ...{ kind: 'look', version: false, firmware: false, signal: false },
  ...at,
});

/** What a device answers, by the method and path of the request: a text is a value in plain text, a number an error or 2.04. */
export type Answers = Readonly<Record<string, string | number | null>>;

/** Whatever is not named has 4.04. */
export const scriptOf =
  (answers: Answers, otherwise: number = 0x84): Script =>
  (request) => {
    const [method = '', target = ''] = requestText(request).split(' ');
    const answer = answers[`${method} ${target.split('?')[0]}`];
    if (answer === null) return null;
    if (typeof answer === 'string') return content(0, answer);
    return { code: answer ?? otherwise };
  };

/** A device that core wants something of. */
export function askedOf(script: Script, { version = '1.1', ...more }: Partial<PerformDeps> & { version?: string } = {}) {
  const device = createScriptedDevice(script, { version });
  const perform = createPerform({
    requests: device.requests,
    versionOf: async () => version,
    downloads: { tokenBlock: () => ({ kind: 'unknown' }) },
    upgrades: { pushBegan: async () => true },
    ...more,
  });
  const stop = new AbortController();
  return {
    ...device,
    stop,
    answer: (ask: Ask): Promise<Answer> => perform('d1', ask, stop.signal),
    /** What is answered although the device does not, or too late: time passes until then. */
    async silentAnswer(ask: Ask): Promise<Answer> {
      let answer: Answer | null = null;
      void perform('d1', ask, stop.signal).then((given) => {
        answer = given;
      });
      while (answer === null) {
        await device.settled();
        device.clock.advance(10_000);
      }
      return answer;
    },
  };
}

import { type Allowed, type ChosenDelivery, chosenDelivery, hasPullFailed } from '../../../../schema/model/lwm2m/delivery';
import type { Attempt } from '../../../../schema/model/task/task';

const served = ['coap', 'coaps', 'http', 'https'] as const;
const pull = (scheme: NonNullable<ChosenDelivery['scheme']>) => ({ delivery: 'PULL', scheme });
const push = { delivery: 'PUSH', scheme: null };

type Row = [what: string, device: { delivery?: number | null; protocols?: number[] | null }, allowed: Partial<Allowed>, chosen: unknown];

test.each<Row>([
  ['HTTPS first', { delivery: 0, protocols: [0, 1, 2, 3] }, {}, pull('https')],
  ['CoAPS before HTTP', { delivery: 0, protocols: [0, 1, 2] }, {}, pull('coaps')],
  ['HTTP before CoAP', { delivery: 0, protocols: [2, 0] }, {}, pull('http')],
  ['no Protocol Support is CoAP', { delivery: 0, protocols: null }, {}, pull('coap')],
  ['unknown protocols are passed over', { delivery: 0, protocols: [4, 99, -1, 0] }, {}, pull('coap')],
  ['a protocol that is not served', { delivery: 0, protocols: [1, 0] }, { served: ['coap'] }, pull('coap')],
  ['what the batch allows', { delivery: 0, protocols: [0, 3] }, { schemes: ['coap'] }, pull('coap')],
  ['none in common', { delivery: 0, protocols: [4, 5] }, {}, null],
  ['none that the batch allows', { delivery: 0, protocols: [0] }, { schemes: ['https'] }, null],
  ['a device that is pushed to only', { delivery: 1, protocols: [0] }, {}, push],
  ['and a batch that does not', { delivery: 1 }, { delivery: 'PULL' }, null],
  ['a device that pulls only, and a batch that pushes', { delivery: 0 }, { delivery: 'PUSH' }, null],
  ['both: an address', { delivery: 2, protocols: [0] }, {}, pull('coap')],
  ['both, and the batch pushes', { delivery: 2, protocols: [0] }, { delivery: 'PUSH' }, push],
  ['both, without a protocol in common', { delivery: 2, protocols: [4] }, {}, push],
  ['both, after a pull that never started', { delivery: 2, protocols: [0] }, { pullFailed: true }, push],
  ['the same, in a batch that pulls only', { delivery: 2, protocols: [0] }, { pullFailed: true, delivery: 'PULL' }, pull('coap')],
  ['the same, of a device that pulls only', { delivery: 0, protocols: [0] }, { pullFailed: true }, pull('coap')],
  ['a device that does not say how', { delivery: null, protocols: null }, {}, pull('coap')],
  ['a device that says nonsense', { delivery: 7, protocols: null }, {}, pull('coap')],
])('R-FLOW-3 delivery: %s', (_, { delivery = 2, protocols = null }, allowed, chosen) => {
  expect(chosenDelivery({ delivery, protocols }, { served, pullFailed: false, ...allowed })).toEqual(chosen);
});

test('R-FLOW-3 a pull counts as failed in the attempts since the task was begun', () => {
  const attempt: Attempt = {
    number: 1,
    cause: 'WAITING_FOR_DEVICE_START_DOWNLOAD_PACKAGE_TIMEOUT',
    text: null,
    startedAt: null,
    endedAt: new Date(0),
  };
  expect(hasPullFailed({ attempts: [attempt] })).toBe(true);
  expect(hasPullFailed({ attempts: [attempt], firstAttempt: 2 })).toBe(false);
  expect(hasPullFailed({ attempts: [{ ...attempt, cause: 'FIRMWARE_UPDATE_FAILED' }] })).toBe(false);
});

import { type Measurement, perSecond, whole } from './measurement';

const MOST = 50_000;

/** The same devices by `registerDevices`, a thousand a call, one call after the other. */
export const registerPart: Measurement = {
  title: 'registration by calls of 1,000',
  async run({ count, operator, nameOf }) {
    const registered = Math.min(MOST, count);
    await operator.createProduct('benchRegistered');
    const names = Array.from({ length: registered }, (_, index) => nameOf(index));
    const began = performance.now();
    await operator.registerDevices('benchRegistered', names);
    const rate = perSecond(registered, began);
    return [{ what: `registerDevices, ${whole(registered)}, 1,000 a call`, measured: `${whole(rate)} devices/s`, value: rate }];
  },
};

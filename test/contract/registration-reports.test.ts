import { readRegister } from '../../schema/model/registration/parameters';
import type { Store } from '../../schema/mongo/connect';
import { type Gateways, idOf, startGateways } from '../support/lwm2m-gateways';
import { emptyStore, testStore } from '../support/store';

let store: Store;
let gateways: Gateways;

beforeAll(async () => {
  store = await testStore();
});
beforeEach(async () => {
  gateways = startGateways(store);
  await gateways.addDevices('m1', 'm2');
});
afterEach(() => emptyStore(store));
afterAll(() => store.close());

/** What users of other LwM2M servers have reported. */
describe('R-DEV-2 reports about registrations elsewhere', () => {
  test('github.com/thingsboard/thingsboard/issues/13406: a device that restarts and registers while it is registered stays within reach', async () => {
    const first = gateways.accepted(await gateways.gw1.register('m1'));
    const second = gateways.accepted(await gateways.gw1.register('m1'));
    // What ended the first one comes late, and says nothing about the second.
    await gateways.gw1.devices.disconnected(idOf('m1'), `coap ${first}`);
    expect(await gateways.gw1.registrations.deregister(first, { identity: null })).toEqual({ refused: 'unknown_registration' });
    expect(await gateways.device('m1')).toMatchObject({ online: true, sessionId: `coap ${second}` });
  });

  test('github.com/thingsboard/thingsboard/pull/14294: a restart without De-register, from a new port and with DTLS, is no registration of somebody else', async () => {
    gateways.accepted(await gateways.gw1.register('m1', { identity: 'psk-m1', queueMode: true }));
    gateways.clock.advance(93_000);
    await gateways.gw1.registrations.endDue();
    const again = await gateways.gw1.register('m1', { identity: 'psk-m1', queueMode: true, peer: { address: '192.0.2.1', port: 61_000 } });
    gateways.accepted(again);
    expect(await gateways.device('m1')).toMatchObject({ online: true });
    expect(await store.collections.registrations.countDocuments()).toBe(1);
  });

  test('github.com/eclipse-leshan/leshan/issues/1598: with queue mode and behind NAT a device is sent to where its Update came from', async () => {
    const id = gateways.accepted(await gateways.gw1.register('m1', { queueMode: true, peer: { address: '198.51.100.1', port: 1_000 } }));
    gateways.clock.advance(300_000);
    await gateways.gw1.registrations.endDue();
    // Its old port is another device's by now.
    gateways.accepted(await gateways.gw1.register('m2', { peer: { address: '198.51.100.1', port: 1_000 } }));
    const answer = await gateways.gw1.update(id, { peer: { address: '198.51.100.1', port: 2_000 } });
    expect(answer).toMatchObject({ registration: { online: true, address: '198.51.100.1', port: 2_000 } });
    expect((await gateways.gw1.registrations.registrationAt('gw-1', { address: '198.51.100.1', port: 1_000 }))?._id).toBe(idOf('m2'));
  });

  test('github.com/zephyrproject-rtos/zephyr/pull/51333: a client has twelve bytes for what it is answered', async () => {
    const id = gateways.accepted(await gateways.gw1.register('m1'));
    expect(Buffer.byteLength(id)).toBeLessThanOrEqual(12);
  });

  test('github.com/eclipse-leshan/leshan/issues/688: a lifetime of 0 is refused, and does not last for ever or end at once', () => {
    expect(readRegister(['ep=m1', 'lt=0'])).toEqual({ refused: 'malformed' });
  });

  test('github.com/OpenMobileAlliance/OMA_LwM2M_for_Developers/issues/185: a shorter lifetime counts from the Update that brings it', async () => {
    const id = gateways.accepted(await gateways.gw1.register('m1', { lifetimeSeconds: 86_400 }));
    gateways.clock.advance(3_600_000);
    gateways.accepted(await gateways.gw1.update(id, { lifetimeSeconds: 1 }));
    gateways.clock.advance(30_999);
    await gateways.gw1.registrations.endDue();
    expect(await gateways.device('m1')).toMatchObject({ online: true });
    gateways.clock.advance(1);
    await gateways.gw1.registrations.endDue();
    expect(await gateways.device('m1')).toMatchObject({ online: false });
  });

  test('github.com/eclipse-wakaama/wakaama/issues/205: an Update that was forgotten is answered so that the client registers anew, and may', async () => {
    const id = gateways.accepted(await gateways.gw1.register('m1', { lifetimeSeconds: 1 }));
    gateways.clock.advance(31_000);
    expect(await gateways.gw1.update(id)).toEqual({ refused: 'unknown_registration' });
    gateways.accepted(await gateways.gw1.register('m1'));
    await gateways.gw1.registrations.endDue();
    expect(await gateways.device('m1')).toMatchObject({ online: true, presenceRevision: 2 });
  });
});

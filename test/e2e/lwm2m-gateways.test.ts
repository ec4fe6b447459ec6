import { freePort } from '../../server/embedded/free-port';
import { startUpdaters, type Updaters } from '../support/lwm2m-updaters';
import { startUdpBalancer, type UdpBalancer } from '../support/udp-balancer';
import type { UpdraftProcess } from '../support/updraft-process';
import { startProcesses, type UpdraftProcesses } from '../support/updraft-processes';

const OF_EACH_KIND = 4;

interface Gateway {
  id: string;
  process: UpdraftProcess;
  /** Starts it with the ports and the id that it has had. */
  restart(): Promise<void>;
}

describe('R-DEV-2, R-FLOW-6 two gateways behind a UDP balancer lose no registration', () => {
  let updraft: UpdraftProcesses;
  let gateways: [Gateway, Gateway];
  let balancers: Record<'coap' | 'coaps', UdpBalancer>;
  let updaters: Updaters;

  beforeAll(async () => {
    updraft = await startProcesses(['api,worker']);
    const ports = { coap: [await freePort(), await freePort()], coaps: [await freePort(), await freePort()] };
    const start = async (index: 0 | 1): Promise<Gateway> => {
      const id = `${updraft.productKey}-${index}`;
      const settings = {
        UPDRAFT_GATEWAY_ID: id,
        UPDRAFT_MQTT_PORT: '0',
        UPDRAFT_COAP_PORT: `${ports.coap[index]}`,
        UPDRAFT_COAPS_PORT: `${ports.coaps[index]}`,
      };
      const gateway: Gateway = {
        id,
        process: await updraft.start('gateway', settings),
        async restart() {
          gateway.process = await updraft.start('gateway', settings);
        },
      };
      return gateway;
    };
    gateways = [await start(0), await start(1)];
    balancers = { coap: await startUdpBalancer(ports.coap), coaps: await startUdpBalancer(ports.coaps) };
    updaters = await startUpdaters({
      ...{ core: updraft.core, store: updraft.store, productKey: updraft.productKey, ofEachKind: OF_EACH_KIND },
      ports: { coap: balancers.coap.port, coaps: balancers.coaps.port },
    });
  });
  afterAll(async () => {
    await updaters.stop();
    for (const balancer of Object.values(balancers)) balancer.close();
    await updraft.stop();
  });

  const avoid = (index: number, avoided?: boolean): void => {
    for (const balancer of Object.values(balancers)) balancer.avoid(index, avoided);
  };
  const names = (): string[] => updaters.all.map(({ name }) => name).sort();

  /** What must not change, whatever happens to gateways: location, and the time of the Register. */
  async function registered() {
    const found = [...(await updaters.registrations()).values()];
    return Object.fromEntries(found.map(({ endpoint, registrationId, since }) => [endpoint, { registrationId, since }]));
  }

  /** Names of devices that are on-line and registered there. */
  async function namesAt(gatewayId: string): Promise<string[]> {
    const [registrations, online] = [await updaters.registrations(), await updaters.online()];
    return names().filter((name) => registrations.get(name)?.gatewayId === gatewayId && online.get(name) === gatewayId);
  }
  const untilAllAt = (gatewayId: string) => updraft.until(async () => (await namesAt(gatewayId)).length === names().length);

  /** A busy gateway says 5.03, come again, which forgets nobody. */
  const expectNoneForgotten = (): void => {
    for (const { name, codes } of updaters.all)
      expect([name, codes.filter((code) => code !== '2.04' && code !== '5.03')]).toEqual([name, []]);
  };

  test('each of them has devices of every kind', async () => {
    for (const { id } of gateways) {
      const there = await namesAt(id);
      expect(new Set(updaters.all.filter(({ name }) => there.includes(name)).map(({ kind }) => kind)).size).toBe(4);
    }
  });

  test.each([
    [0, 1],
    [1, 0],
  ] as const)(
    'kill -9 of gateway %i in the middle of Updates: all go on at gateway %i, which stays so when it is back',
    async (killed, other) => {
      const before = await registered();
      await updaters.updateWhile(async () => {
        await gateways[killed].process.kill();
        avoid(killed);
        await untilAllAt(gateways[other].id);
      });
      expectNoneForgotten();
      expect(await registered()).toEqual(before);
      expect(await namesAt(gateways[other].id)).toEqual(names());

      await gateways[killed].restart();
      avoid(killed, false);
      expect(await namesAt(gateways[other].id)).toEqual(names());
      await updaters.updateAll();
      expectNoneForgotten();
      expect(await registered()).toEqual(before);
      expect(await namesAt(gateways[other].id)).toEqual(names());
    },
  );

  test('a gateway that is killed and back on its ports: devices without DTLS stay on-line, the others are when they are heard', async () => {
    const [gateway] = gateways;
    const before = await registered();
    const there = await namesAt(gateway.id);
    const plain = there.filter((name) => !name.startsWith('dtls'));
    expect(new Set([plain.length, there.length]).has(0)).toBe(false);
    await gateway.process.kill();
    await gateway.restart();
    await updraft.until(async () => {
      const back = await namesAt(gateway.id);
      return plain.every((name) => back.includes(name));
    });
    expect(await namesAt(gateway.id)).toEqual(plain);
    await updaters.updateAll();
    expect(await namesAt(gateway.id)).toEqual(expect.arrayContaining(plain));
    expect((await updaters.online()).size).toBe(names().length);
    expectNoneForgotten();
    expect(await registered()).toEqual(before);
  });

  test('a gateway that stands still while its devices go to the other: what has waited at it loses nothing when it goes on', async () => {
    const [gateway, other] = gateways;
    const before = await registered();
    expect(await namesAt(gateway.id)).not.toEqual([]);
    await updaters.updateWhile(async () => {
      gateway.process.pause();
      avoid(0);
      await untilAllAt(other.id);
      gateway.process.resume();
      avoid(0, false);
    });
    // Updates that were sent to it before are read when it goes on: the next one tells where a device is.
    await updraft.until(async () => {
      await updaters.updateAll();
      return (await namesAt(other.id)).length === names().length;
    });
    expectNoneForgotten();
    expect(await registered()).toEqual(before);
  });
});

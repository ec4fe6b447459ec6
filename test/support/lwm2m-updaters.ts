import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Core } from '../../core/core';
import { deviceIdOf, deviceNameOf } from '../../schema/model/ids';
import type { Registration } from '../../schema/model/registration/registration';
import type { Store } from '../../schema/mongo/connect';
import { Lwm2mDevice } from './devices/lwm2m/lwm2m-device';
import { patience } from './devices/patience';
import { createDtlsClient } from './dtls/client';
import { ADMIN } from './updraft-driver';

/** With DTLS or without, with queue mode or without. */
export const KINDS = ['plain', 'plain-queue', 'dtls', 'dtls-queue'] as const;
export type Kind = (typeof KINDS)[number];

export interface Updater {
  name: string;
  kind: Kind;
  device: Lwm2mDevice;
  /** What its Updates were answered, in order. */
  codes: string[];
  /** Updates that had no answer, and handshakes that had none. */
  unanswered: number;
}

export interface Updaters {
  all: readonly Updater[];
  /** Each updates its registration again and again, until what happens meanwhile has ended and its last Update is answered. */
  updateWhile(meanwhile: () => Promise<void>): Promise<void>;
  /** One Update each, however often it has to be sent: settles when the last has an answer that is not 5.03. */
  updateAll(): Promise<void>;
  /** By device name. */
  registrations(): Promise<Map<string, Registration>>;
  /** Names of devices that are on-line, with the gateway that they are at. */
  online(): Promise<Map<string, string>>;
  stop(): Promise<void>;
}

export interface UpdatersParts {
  core: Core;
  store: Store;
  productKey: string;
  /** Where the devices find their server. */
  ports: { coap: number; coaps: number };
  ofEachKind: number;
}

/** Less than what a gateway takes of one address, which is that of all devices here. */
const PAUSE_MS = 100;
/** No window and no lifetime ends while a test runs. */
const LONG_SECONDS = 3_600;

/** Starts LwM2M devices of all kinds, which keep their registrations as clients do: they register once and update from then on. */
export async function startUpdaters({ core, store, productKey, ports, ofEachKind }: UpdatersParts): Promise<Updaters> {
  await core.products.update(ADMIN, productKey, { plainCoap: true, awakeSeconds: LONG_SECONDS });
  const all: Updater[] = [];

  async function start(kind: Kind, index: number): Promise<void> {
    const name = `${kind}-${index}`;
    const secure = kind.startsWith('dtls');
    const psk = secure ? { identity: `id-${productKey}-${name}`, key: randomBytes(16).toString('hex') } : undefined;
    const endpoint = `${productKey}-${name}`;
    await core.devices.register(ADMIN, productKey, [{ deviceName: name, dialect: 'LWM2M', lwm2m: { endpoint, psks: psk ? [psk] : [] } }]);
    const habits = {
      queueMode: kind.endsWith('queue'),
      awakeMs: LONG_SECONDS * 1_000,
      lifetimeSeconds: LONG_SECONDS,
      ackTimeoutMs: patience(200),
    };
    const device = new Lwm2mDevice(
      { dialect: 'LWM2M', deviceName: name, endpoint, version: '1.0.0', habits, ...(psk && { psk }) },
      { server: secure ? `coaps://127.0.0.1:${ports.coaps}` : `coap://127.0.0.1:${ports.coap}` },
      undefined,
      createDtlsClient,
    );
    all.push({ name, kind, device, codes: [], unanswered: 0 });
    await device.start();
  }
  for (const kind of KINDS) for (let index = 0; index < ofEachKind; index += 1) await start(kind, index);

  /** As clients do: again upon silence, by a new handshake where there are keys; and upon 5.03, though sooner than that says. */
  async function update(updater: Updater): Promise<void> {
    const { kind, device, codes } = updater;
    const { registration } = device.client;
    for (let resumes = false; ; await delay(PAUSE_MS)) {
      try {
        const code = await (resumes ? registration.resume() : registration.update());
        resumes = false;
        codes.push(code);
        if (code !== '5.03') return;
      } catch {
        updater.unanswered += 1;
        resumes = kind.startsWith('dtls');
      }
    }
  }

  const ids = (): string[] => all.map(({ name }) => deviceIdOf(productKey, name));

  return {
    all,
    async updateWhile(meanwhile) {
      let done = false;
      const loops = all.map(async (updater) => {
        for (; !done; await delay(PAUSE_MS)) await update(updater);
      });
      try {
        await meanwhile();
      } finally {
        done = true;
        await Promise.all(loops);
      }
    },
    updateAll: async () => void (await Promise.all(all.map(update))),
    async registrations() {
      const found = await store.collections.registrations.find({ _id: { $in: ids() } }).toArray();
      return new Map(found.map((each) => [deviceNameOf(each._id), each]));
    },
    async online() {
      const found = await store.collections.devices.find({ productKey, online: true }).toArray();
      return new Map(found.map(({ deviceName, gatewayId }) => [deviceName, gatewayId ?? '']));
    },
    stop: async () => void (await Promise.all(all.map(({ device }) => device.stop()))),
  };
}

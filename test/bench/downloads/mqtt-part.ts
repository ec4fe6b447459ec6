import { setTimeout as delay } from 'node:timers/promises';
import { readBlockFrame } from '../../support/devices/download/block-frame';
import { linkCredentials } from '../../support/devices/link/link-identity';
import { blockPayload, linkTopics } from '../../support/devices/link/link-messages';
import { MqttSession } from '../../support/devices/session/mqtt-session';
import { useOf } from '../process-meter';
import type { PlatformProcess } from '../upgrades/platform-client';
import type { Assigned } from './subject';

export interface MqttMeasure {
  devices: number;
  blockBytes: number;
  blocksPerSecond: number;
  megabytesPerSecond: number;
  /** Of Updraft's process, milliseconds a block. */
  cpuMsPerBlock: number;
  /** Not answered within 10 s. */
  lost: number;
}

/** A device may have 20 blocks a second; a little slower, so that none is met with silence. */
const BETWEEN_BLOCKS_MS = 55;
const ANSWER_WITHIN_MS = 10_000;
const FOR_MS = 8_000;

/** Devices that ask for block after block as fast as they may. */
export async function mqttPart(
  platform: PlatformProcess,
  { productKey, secrets }: Assigned,
  streamId: number,
  size: number,
  blockBytes: number,
): Promise<MqttMeasure> {
  let blocks = 0;
  let bytes = 0;
  let lost = 0;
  let ended = false;

  async function device(deviceName: string, secret: string): Promise<() => Promise<void>> {
    const topics = linkTopics(productKey, deviceName);
    let onReply: (payload: Buffer) => void = () => undefined;
    const session = new MqttSession(
      (tls) => linkCredentials({ productKey, deviceName, secret }, tls),
      { mqttUrl: platform.mqttUrl },
      { onMessage: (topic, payload) => topic === topics.downloadReply && onReply(payload), onLost: () => undefined },
    );
    await session.open();
    return async () => {
      for (let offset = 0, id = 1; !ended; offset = (offset + blockBytes) % size, id += 1) {
        const next = delay(BETWEEN_BLOCKS_MS);
        const reply = await new Promise<Buffer | null>((resolve) => {
          const late = setTimeout(() => resolve(null), ANSWER_WITHIN_MS);
          onReply = (payload) => {
            clearTimeout(late);
            resolve(payload);
          };
          session.publish(topics.download, blockPayload(id, { id: streamId, fileId: 1 }, blockBytes, offset));
        });
        const frame = reply && readBlockFrame(reply);
        if (frame?.kind === 'block') {
          blocks += 1;
          bytes += frame.bytes.length;
        } else lost += 1;
        await next;
      }
      await session.close();
    };
  }

  const runs = await Promise.all([...secrets].map(([name, secret]) => device(name, secret)));
  const cpuBefore = useOf(platform.pid).cpuMs;
  const began = performance.now();
  const running = Promise.all(runs.map((run) => run()));
  await delay(FOR_MS);
  const seconds = (performance.now() - began) / 1_000;
  const measured = { blocks, bytes, cpuMs: useOf(platform.pid).cpuMs - cpuBefore };
  ended = true;
  await running;
  return {
    devices: runs.length,
    blockBytes,
    blocksPerSecond: measured.blocks / seconds,
    megabytesPerSecond: measured.bytes / 1e6 / seconds,
    cpuMsPerBlock: measured.cpuMs / Math.max(1, measured.blocks),
    lost,
  };
}

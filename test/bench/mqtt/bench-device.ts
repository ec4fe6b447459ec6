import { createConnection, type Socket } from 'node:net';
import { generate, type Packet } from 'mqtt-packet';
import { linkCredentials } from '../../support/devices/link/link-identity';

export const PRODUCT_KEY = 'benchMqtt1';
export const SECRET = '0123456789abcdef0123456789abcdef';
export const deviceName = (index: number): string => `meter-${String(index).padStart(6, '0')}`;
export const upgradeTopic = (index: number): string => `/ota/device/upgrade/${PRODUCT_KEY}/${deviceName(index)}`;
export const progressTopic = (index: number): string => `/ota/device/progress/${PRODUCT_KEY}/${deviceName(index)}`;

const CONNACK = 2;
const PUBLISH = 3;
/** Sockets of one address to one port are limited by the ports there are. */
const ADDRESSES = 4;

export interface BenchDevice {
  /** Publishes that came. */
  readonly received: () => number;
  write(packet: Packet): void;
  close(): void;
}

/** A bare connection: 20,000 clients of a library would measure the library. Resolves with null when CONNECT was refused. */
export function connectDevice(port: number, index: number, onPublish: () => void): Promise<BenchDevice | null> {
  const { clientId, username, password } = linkCredentials({ productKey: PRODUCT_KEY, deviceName: deviceName(index), secret: SECRET });
  const connect: Packet = { cmd: 'connect', clientId, username, password: Buffer.from(password), keepalive: 1_200, clean: true };
  return new Promise((resolve, reject) => {
    const socket = createConnection({ port, host: '127.0.0.1', localAddress: `127.0.0.${1 + (index % ADDRESSES)}` });
    let received = 0;
    const device: BenchDevice = {
      received: () => received,
      write: (packet) => void socket.write(generate(packet)),
      close: () => void socket.destroy(),
    };
    socket.once('error', reject);
    socket.once('close', () => reject(new Error(`device ${index} was disconnected`)));
    followPackets(socket, (type, code) => {
      if (type === CONNACK) resolve(code === 0 ? device : null);
      if (type !== PUBLISH) return;
      received += 1;
      onPublish();
    });
    socket.setNoDelay(true).write(generate(connect));
  });
}

/** Type and last byte of every packet. */
function followPackets(socket: Socket, onPacket: (type: number, last: number) => void): void {
  let type = -1;
  let left = 0;
  let shift = 0;
  let inLength = false;
  socket.on('data', (chunk) => {
    for (let at = 0; at < chunk.length; ) {
      if (type < 0) {
        type = (chunk[at++] ?? 0) >> 4;
        [left, shift, inLength] = [0, 0, true];
        continue;
      }
      if (inLength) {
        const byte = chunk[at++] ?? 0;
        left |= (byte & 0x7f) << shift;
        shift += 7;
        inLength = byte > 0x7f;
      } else {
        const step = Math.min(left, chunk.length - at);
        left -= step;
        at += step;
      }
      if (inLength || left > 0) continue;
      onPacket(type, chunk[at - 1] ?? 0);
      type = -1;
    }
  });
}

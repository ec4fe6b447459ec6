import type { Benchmark } from '../benchmark';
import { describeMachine } from '../machine';
import { alignedTable } from '../table';
import { measureDtls } from './measure';

const AT_MOST = { handshakeMicros: 1000, bytesPerSession: 40 * 1024 };
/** By the clock, so it depends on what else the machine does. */
const AIM_MS = 50;

/** What the DTLS server costs by itself: no socket, no device, no platform. */
export const dtls: Benchmark = {
  name: 'dtls',
  about: 'CPU of handshakes, echoes of 1 KiB and spoofed hellos, memory of sessions; no sockets',
  devices: { least: 100, most: 20_000, default: 2_000 },
  async run({ devices }, scope) {
    const machine = await describeMachine();
    const measured = await measureDtls(devices, scope.signal);
    const { handshakeMicros, echoes, wasmBytesPerSession, heapBytesPerSession, helloMicros, realClientMs } = measured;
    const rate = (micros: number): string[] => [`${micros.toFixed(1)} µs`, `${Math.round(1_000_000 / micros)}/s`];
    const kib = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KiB`;
    const rows = [
      ['', 'CPU each', 'at most'],
      ['handshake', ...rate(handshakeMicros)],
      ...Object.entries(echoes).map(([suite, micros]) => [`echo of 1 KiB, ${suite}`, ...rate(micros)]),
      ['spoofed hello', ...rate(helloMicros)],
      ['session: WebAssembly memory', kib(wasmBytesPerSession), ''],
      ['session: JavaScript heap', kib(heapBytesPerSession), ''],
      [`longest handshake of a real client among spoofed hellos (aim: ${AIM_MS} ms)`, `${realClientMs.toFixed(1)} ms`, ''],
    ];
    const problems = [
      ...(handshakeMicros > AT_MOST.handshakeMicros ? ['A handshake takes more than 1 ms of CPU.'] : []),
      ...(wasmBytesPerSession + heapBytesPerSession > AT_MOST.bytesPerSession ? ['A session takes more than 40 KiB.'] : []),
    ];
    return { json: { benchmark: 'dtls', machine, ...measured }, text: alignedTable(rows), problems };
  },
};

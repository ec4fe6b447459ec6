import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Below the ports that systems give to outgoing connections: a restart must find its port as it left it, with thousands of devices connected. */
const LOWEST = 20_000;
const HIGHEST = 31_999;
/** Ports a process gives out before it comes to those of the process that was started after it. */
const SHARE = 61;
const LOOK_EVERY_MS = 200;

let turn = 0;

/** Each process counts through ports of its own: a port is taken a while after it was found free, and others look meanwhile. */
export async function freePort(pid = process.pid): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const port = LOWEST + ((pid * SHARE + turn++) % (HIGHEST - LOWEST + 1));
    if (await isFree(port)) return port;
  }
  throw new Error(`No free port between ${LOWEST} and ${HIGHEST} in 100 attempts`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Looks again and again until it is free, or the time is over. */
export async function isFreeWithin(port: number, withinMs: number): Promise<boolean> {
  for (const until = Date.now() + withinMs; ; await sleep(LOOK_EVERY_MS)) {
    if (await isFree(port)) return true;
    if (Date.now() >= until) return false;
  }
}

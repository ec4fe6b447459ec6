import { randomBytes } from 'node:crypto';
import { createApiClient } from '../api-client';
import type { Benchmark, BenchScope } from '../benchmark';
import { describeMachine } from '../machine';
import { type PlatformProcess, startPlatformProcess } from '../upgrades/platform-client';
import { httpPart, PARALLEL, type Server } from './http-part';
import { mqttPart } from './mqtt-part';
import { NGINX_MISSING, startNginx } from './nginx';
import { type DownloadsResult, problemsOf, reportText } from './report';
import { assign, pathsOf, streamIdOf } from './subject';

const FILE_BYTES = 100 * 1024 * 1024;
const STREAM_BYTES = 8 * 1024 * 1024;
const STREAM_DEVICES = 100;
const BLOCK_BYTES = [5 * 1024, 64 * 1024];

/** How far downloads from the package store are from a file that nginx sends from disk, on one machine, in one run. */
export const downloads: Benchmark = {
  name: 'downloads',
  about: "throughput, CPU and memory of 1, 16 and 100 downloads of 100 MiB against nginx's, and of blocks over MQTT",
  async run({ profileDir }, scope) {
    const machine = await describeMachine();
    const platform = await startPlatformProcess(scope, profileDir);
    const api = createApiClient(platform.apiUrl, platform.key);
    scope.defer(() => api.close());

    scope.say('(a) over HTTP');
    const file = randomBytes(FILE_BYTES);
    const assigned = await assign(api, 'benchHttp', Math.max(...PARALLEL), file, 'HTTPS');
    const nginx = await startNginx(scope, file);
    if (!nginx) scope.say(NGINX_MISSING);
    const servers = [ours(platform, await pathsOf(platform, assigned)), ...(nginx ? [theirs(nginx)] : [])];
    const http = await httpPart(servers, FILE_BYTES, scope);

    scope.say('(b) over MQTT');
    const mqtt = await overMqtt(platform, api, scope);
    const result: DownloadsResult = { benchmark: 'downloads', machine, nginx: nginx?.version ?? null, fileBytes: FILE_BYTES, http, mqtt };
    return { json: result, text: reportText(result), problems: problemsOf(result) };
  },
};

function ours({ apiUrl, pid, pids }: PlatformProcess, paths: readonly string[]): Server {
  const port = Number(new URL(apiUrl).port);
  return {
    name: 'updraft',
    targets: paths.map((path) => ({ port, path })),
    pids: { updraft: [pid], mongod: [pids.mongod] },
    resident: pid,
  };
}

function theirs({ port, path, pids }: NonNullable<Awaited<ReturnType<typeof startNginx>>>): Server {
  return {
    name: 'nginx',
    targets: PARALLEL.flatMap((count) => Array(count).fill({ port, path })),
    pids: { nginx: pids },
    resident: pids[0] ?? 0,
  };
}

async function overMqtt(platform: PlatformProcess, api: ReturnType<typeof createApiClient>, scope: BenchScope) {
  const assigned = await assign(api, 'benchMqtt', STREAM_DEVICES, randomBytes(STREAM_BYTES), 'MQTT');
  const streamId = await streamIdOf(platform, assigned);
  const measures = [];
  for (const blockBytes of BLOCK_BYTES) {
    scope.signal.throwIfAborted();
    measures.push(await mqttPart(platform, assigned, streamId, STREAM_BYTES, blockBytes));
  }
  return measures;
}

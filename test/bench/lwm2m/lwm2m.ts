import { randomBytes } from 'node:crypto';
import { type ApiClient, createApiClient } from '../api-client';
import type { Benchmark, BenchScope } from '../benchmark';
import { describeMachine } from '../machine';
import { type PlatformProcess, startPlatformProcess } from '../upgrades/platform-client';
import { type BlockServer, downloadsPart, MOST_DOWNLOADS } from './downloads-part';
import { firstRequestPart } from './first-request-part';
import { type FleetSubject, fleetPart } from './fleet-part';
import { type DtlsState, hellosPart } from './hellos-part';
import { LIBCOAP_MISSING, type LibcoapClient, libcoapClient, startLibcoap } from './libcoap';
import { downloadMemory, type MemoryMeasure } from './memory-part';
import { PUSHES, preparePushes } from './pushes';
import { type DownloadFigures, type Lwm2mResult, problemsOf, reportText } from './report';
import { type CoapPlatform, createDevices, createLwm2mProduct, prepareDownloads } from './subject';
import { upgradesPart } from './upgrades-part';

const MEBIBYTE = 1024 * 1024;
const ALL_DEVICES = 10_000;
/** Fewer devices make a smoke test. */
const SMALL = { file: MEBIBYTE / 4, largeFile: MEBIBYTE };
const FULL = { file: 2 * MEBIBYTE, largeFile: 10 * MEBIBYTE };
const MEMORY_FOR_MS = 20_000;
const WARM_UP = { withinMs: 5_000 };
const HELLO_DEVICES = 10;

/** What a fleet would spread over many addresses comes from one here. */
const SETTINGS = {
  UPDRAFT_COAP_PORT: '0',
  UPDRAFT_COAPS_PORT: '0',
  UPDRAFT_COAP_ADDRESS_REQUESTS_PER_SECOND: '1000000',
  UPDRAFT_COAP_ADDRESS_HANDSHAKES: '2000',
};

/** Upgrades of each kind, and devices that come in each way. */
const MOST_UPGRADES = 1_000;
const COMING = 100;
const UPDATING = 1_000;

const PARTS = ['downloads', 'memory', 'fleet', 'hellos', 'upgrades', 'first-request'] as const;

/** LwM2M devices at the whole platform, beside libcoap's example server with the same file, and beside Link devices. */
export const lwm2m: Benchmark = {
  name: 'lwm2m',
  about: 'downloads beside libcoap, memory, handshakes, registrations, Updates, spoofed hellos, upgrades beside Link, first requests',
  devices: { least: 200, most: ALL_DEVICES, default: ALL_DEVICES },
  parts: PARTS,
  async run({ devices, parts, profileDir }, scope) {
    const wants = (part: (typeof PARTS)[number]): boolean => parts.includes(part);
    const machine = await describeMachine();
    const bytes = devices < ALL_DEVICES ? SMALL : FULL;
    const platform = withCoap(await startPlatformProcess(scope, profileDir, SETTINGS));
    const api = createApiClient(platform.apiUrl, platform.key);
    scope.defer(() => api.close());
    await createLwm2mProduct(api);
    const subject = subjectOf(platform);
    const result: Lwm2mResult = {
      ...{
        benchmark: 'lwm2m',
        machine,
        devices,
        downloads: null,
        memory: null,
        fleets: [],
        hellos: null,
        firstRequest: null,
        upgrades: null,
      },
    };

    const downloading = wants('downloads') || wants('memory');
    const client = downloading ? await libcoapClient(scope) : null;
    if (downloading && client === null) scope.say(LIBCOAP_MISSING);
    if (client !== null && wants('downloads')) {
      scope.say('(a) downloads');
      result.downloads = await downloadFigures(platform, api, bytes.file, client, scope);
    }
    if (client !== null && wants('memory')) {
      scope.say(`    ${MOST_DOWNLOADS} downloads and ${PUSHES} pushes of ${bytes.largeFile / MEBIBYTE} MiB at once`);
      result.memory = await memoryFigures(platform, api, bytes.largeFile, client, scope);
    }

    let secureEndpoints: string[] = [];
    for (const secure of wants('fleet') ? [false, true] : []) {
      scope.say(`(b) a fleet of ${devices}, ${secure ? 'DTLS' : 'plain'}`);
      const endpoints = await createDevices(api, secure ? 'secure' : 'plain', devices, secure);
      result.fleets.push(await fleetPart(subject, endpoints, secure, scope.signal));
      secureEndpoints = endpoints;
    }

    if (wants('hellos')) {
      scope.say('(c) spoofed hellos');
      if (secureEndpoints.length === 0) secureEndpoints = await createDevices(api, 'hello', HELLO_DEVICES, true);
      result.hellos = await hellosPart(subject, () => dtlsState(platform), secureEndpoints, scope);
    }

    if (wants('first-request')) {
      scope.say(`(d) ${2 * COMING} devices that come, while ${UPDATING} others update`);
      const endpoints = await createDevices(api, 'updating', UPDATING, false);
      result.firstRequest = await firstRequestPart(subject, api, { endpoints, coming: COMING, server: platform.coapUrl }, scope);
    }

    if (wants('upgrades')) {
      scope.say('(e) upgrades beside those of Link devices');
      result.upgrades = await upgradesPart(platform, api, Math.min(devices, MOST_UPGRADES), scope);
    }
    return { json: result, text: reportText(result), problems: problemsOf(result) };
  },
};

function withCoap(platform: PlatformProcess): CoapPlatform {
  const { coapUrl, coapsUrl } = platform;
  if (!coapUrl || !coapsUrl) throw new Error('The platform did not open its ports for CoAP.');
  return { ...platform, coapUrl, coapsUrl };
}

async function downloadFigures(
  platform: CoapPlatform,
  api: ApiClient,
  bytes: number,
  client: LibcoapClient,
  scope: BenchScope,
): Promise<DownloadFigures> {
  const content = randomBytes(bytes);
  const libcoap = await startLibcoap(scope, client, content);
  if (libcoap === null) scope.say(LIBCOAP_MISSING);
  const servers: BlockServer[] = [await ours(platform, api, 'Small', content)];
  if (libcoap !== null) {
    const { pid, plain, secure } = libcoap;
    servers.push({ name: 'libcoap', plain: Array(MOST_DOWNLOADS).fill(plain), secure: Array(MOST_DOWNLOADS).fill(secure), pid });
  }
  return { libcoap: libcoap !== null, fileBytes: bytes, blocks: await downloadsPart(servers, client, bytes, scope) };
}

async function ours(platform: CoapPlatform, api: ApiClient, name: string, bytes: Buffer): Promise<BlockServer> {
  const targets = await prepareDownloads(platform, api, name, bytes, MOST_DOWNLOADS);
  return { name: 'updraft', ...targets, pid: platform.pid, storePid: platform.pids.mongod };
}

async function memoryFigures(
  platform: CoapPlatform,
  api: ApiClient,
  bytes: number,
  client: LibcoapClient,
  scope: BenchScope,
): Promise<MemoryMeasure> {
  const file = randomBytes(bytes);
  const large = await ours(platform, api, 'Large', file);
  const pushes = await preparePushes(api, platform.coapUrl, file, scope);
  // What a process needs for its first downloads is none of what many add.
  await Promise.all(large.plain.map((target) => client.download(target, WARM_UP).catch(() => undefined)));
  return downloadMemory({ ...large, settle: platform.settle }, pushes, client, { fileBytes: bytes, forMs: MEMORY_FOR_MS });
}

const subjectOf = ({ pid, pids, coapUrl, coapsUrl, settle }: CoapPlatform): FleetSubject => ({
  ...{ pid, storePid: pids.mongod, settle },
  ...{ port: portOf(coapUrl), securePort: portOf(coapsUrl) },
});

const portOf = (url: string): number => Number(/:(\d+)$/.exec(url)?.[1]);

async function dtlsState({ apiUrl, key }: PlatformProcess): Promise<DtlsState> {
  const text = await (await fetch(`${apiUrl}/metrics`, { headers: { authorization: `Bearer ${key}` } })).text();
  const value = (name: string): number => Number(new RegExp(`^updraft_coap_${name} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
  return { halfOpen: value('dtls_handshakes'), memoryBytes: value('dtls_memory_bytes') };
}

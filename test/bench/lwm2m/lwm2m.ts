import { randomBytes } from 'node:crypto';
import { type ApiClient, createApiClient } from '../api-client';
import type { Benchmark, BenchScope } from '../benchmark';
import { describeMachine } from '../machine';
import { type PlatformProcess, startPlatformProcess } from '../upgrades/platform-client';
import { type BlockServer, downloadMemory, downloadsPart, MOST_DOWNLOADS } from './downloads-part';
import { type FleetMeasure, type FleetSubject, fleetPart } from './fleet-part';
import { type DtlsState, hellosPart } from './hellos-part';
import { LIBCOAP_MISSING, libcoapClient, startLibcoap } from './libcoap';
import { type DownloadFigures, type Lwm2mResult, problemsOf, reportText } from './report';
import { type CoapPlatform, createDevices, createLwm2mProduct, prepareDownloads } from './subject';

const MEBIBYTE = 1024 * 1024;
const ALL_DEVICES = 10_000;
/** Fewer devices make a smoke test. */
const SMALL = { file: MEBIBYTE / 4, largeFile: MEBIBYTE };
const FULL = { file: 2 * MEBIBYTE, largeFile: 10 * MEBIBYTE };
const MEMORY_FOR_MS = 30_000;

/** What a fleet would spread over many addresses comes from one here. */
const SETTINGS = {
  UPDRAFT_COAP_PORT: '0',
  UPDRAFT_COAPS_PORT: '0',
  UPDRAFT_COAP_ADDRESS_REQUESTS_PER_SECOND: '1000000',
  UPDRAFT_COAP_ADDRESS_HANDSHAKES: '2000',
};

/** LwM2M devices at the whole platform, beside libcoap's example server with the same file. */
export const lwm2m: Benchmark = {
  name: 'lwm2m',
  about: 'downloads by 1, 50 and 200 devices beside libcoap, handshakes, registrations, Updates, memory, spoofed hellos',
  devices: { least: 200, most: ALL_DEVICES, default: ALL_DEVICES },
  async run({ devices, profileDir }, scope) {
    const machine = await describeMachine();
    const bytes = devices < ALL_DEVICES ? SMALL : FULL;
    const platform = withCoap(await startPlatformProcess(scope, profileDir, SETTINGS));
    const api = createApiClient(platform.apiUrl, platform.key);
    scope.defer(() => api.close());
    await createLwm2mProduct(api);

    scope.say('(a) downloads');
    const downloads = await downloadFigures(platform, api, bytes, scope);

    const subject = subjectOf(platform);
    const fleets: FleetMeasure[] = [];
    let secureEndpoints: string[] = [];
    for (const secure of [false, true]) {
      scope.say(`(b) a fleet of ${devices}, ${secure ? 'DTLS' : 'plain'}`);
      const endpoints = await createDevices(api, secure ? 'secure' : 'plain', devices, secure);
      fleets.push(await fleetPart(subject, endpoints, secure, scope.signal));
      secureEndpoints = endpoints;
    }

    scope.say('(c) spoofed hellos');
    const hellos = await hellosPart(subject, () => dtlsState(platform), secureEndpoints, scope);
    const result: Lwm2mResult = { benchmark: 'lwm2m', machine, devices, downloads, fleets, hellos };
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
  { file, largeFile }: typeof FULL,
  scope: BenchScope,
): Promise<DownloadFigures | null> {
  const client = await libcoapClient(scope);
  if (client === null) {
    scope.say(LIBCOAP_MISSING);
    return null;
  }
  const content = randomBytes(file);
  const libcoap = await startLibcoap(scope, client, content);
  if (libcoap === null) scope.say(LIBCOAP_MISSING);
  const servers: BlockServer[] = [await ours('Small', content)];
  if (libcoap !== null) {
    const { pid, plain, secure } = libcoap;
    servers.push({ name: 'libcoap', plain: Array(MOST_DOWNLOADS).fill(plain), secure: Array(MOST_DOWNLOADS).fill(secure), pid });
  }
  async function ours(name: string, bytes: Buffer): Promise<BlockServer> {
    const targets = await prepareDownloads(platform, api, name, bytes, MOST_DOWNLOADS);
    return { name: 'updraft', ...targets, pid: platform.pid, storePid: platform.pids.mongod };
  }
  const blocks = await downloadsPart(servers, client, file, scope);
  scope.say(`    ${MOST_DOWNLOADS} downloads of ${largeFile / MEBIBYTE} MiB at once`);
  const large = await ours('Large', randomBytes(largeFile));
  await platform.settle();
  const memory = await downloadMemory(large, client, largeFile, MEMORY_FOR_MS);
  return { libcoap: libcoap !== null, fileBytes: file, blocks, memory };
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

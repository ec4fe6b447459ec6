import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DebianProgram } from '../support/debian-program';
import { COAP_CLIENTS, PLAIN_COAP_CLIENT, runProgram, testWith } from '../support/dtls/programs';
import { type Lwm2mPlatform, startLwm2mPlatform } from '../support/lwm2m-platform';

const LINKS = '</>;rt="oma.lwm2m";ct=110,</1/0>,</3/0>,</5/0>';
const BREAK_SECONDS = 30;
const FILE = randomBytes(100_100);
/** libcoap's program takes keys as text. */
const KEY = 'a key of thirty-two characters..';
const [OPENSSL, GNUTLS] = COAP_CLIENTS as [DebianProgram, DebianProgram];

describe("libcoap's client by hand", () => {
  let platform: Lwm2mPlatform;
  let directory: string;
  beforeAll(async () => {
    platform = await startLwm2mPlatform();
    directory = await mkdtemp(join(tmpdir(), 'updraft-libcoap-'));
  });
  afterAll(async () => {
    await platform.stop();
    await rm(directory, { recursive: true });
  });

  /** What it has written of messages and of its own. */
  async function run(program: DebianProgram, ...args: string[]): Promise<string> {
    const { ended } = await runProgram(program, ['-v', '6', '-B', `${BREAK_SECONDS}`, ...args]);
    return (await ended).output;
  }
  const nameOf = ({ name }: DebianProgram, what: string): string => `${name}-${what}`;
  const keyOf = (identity: string, key = KEY): string[] => ['-u', identity, '-k', key];
  const withKey = (identity: string) => [{ identity, key: Buffer.from(KEY).toString('hex') }];

  interface Way {
    program: DebianProgram;
    url(): string;
    psks(deviceName: string): { identity: string; key: string }[];
    options(deviceName: string): string[];
  }
  const ways: Way[] = [
    { program: PLAIN_COAP_CLIENT, url: () => platform.coapUrl, psks: () => [], options: () => [] },
    ...[OPENSSL, GNUTLS].map((program) => ({
      program,
      url: () => platform.coapsUrl,
      psks: withKey,
      options: (name: string) => keyOf(name),
    })),
  ];

  describe.each(ways.map((way) => [way.program.name, way] as const))('%s', (_, way) => {
    const { program } = way;
    const check = testWith([program]);

    check('R-DEV-2 registers, updates and de-registers', async () => {
      const deviceName = nameOf(program, 'registering');
      await platform.register(deviceName, way.psks(deviceName));
      const registered = await run(
        program,
        ...[...way.options(deviceName), '-m', 'post', '-t', '40', '-e', LINKS],
        `${way.url()}/rd?ep=${deviceName}&lt=300&lwm2m=1.1&b=U`,
      );
      const registration = await platform.registrationOf(deviceName);
      expect(registered).toContain(`c:2.01`);
      expect(registered).toContain(`Location-Path:rd, Location-Path:${registration?.registrationId}`);
      expect(registration).toMatchObject({ lifetimeSeconds: 300, contentFormats: [110] });
      const location = `${way.url()}/rd/${registration?.registrationId}`;
      expect(await run(program, ...way.options(deviceName), '-m', 'post', `${location}?lt=600`)).toContain('c:2.04');
      expect(await platform.registrationOf(deviceName)).toMatchObject({ lifetimeSeconds: 600 });
      expect(await run(program, ...way.options(deviceName), '-m', 'delete', location)).toContain('c:2.02');
      expect(await platform.registrationOf(deviceName)).toBeNull();
      expect(await run(program, ...way.options(deviceName), '-m', 'post', location)).toContain('c:4.04');
    });

    check('R-DL-4 downloads byte for byte, and any block of any size, also the middle one first', async () => {
      const deviceName = nameOf(program, 'loading');
      await platform.register(deviceName, way.psks(deviceName));
      const url = `${way.url()}${await platform.fileFor(deviceName, FILE)}`;
      const load = async (...block: string[]) => {
        const file = join(directory, `${deviceName}-${block.join('-')}`);
        const output = await run(program, ...way.options(deviceName), ...block, '-o', file, url);
        return { output, bytes: () => readFileSync(file) };
      };
      const middle = await load('-b', '50,1024');
      expect(middle.output).toContain('Block2:50/M/1024');
      expect(middle.bytes().equals(FILE.subarray(50 * 1_024, 51 * 1_024))).toBe(true);
      expect((await load('-b', '333,64')).bytes().equals(FILE.subarray(333 * 64, 334 * 64))).toBe(true);
      expect((await load('-b', '97,1024')).bytes().equals(FILE.subarray(97 * 1_024))).toBe(true);
      expect((await load('-b', '98,1024')).output).toContain('c:4.00');
      expect((await load()).bytes().equals(FILE)).toBe(true);
      expect((await load('-b', '512')).bytes().equals(FILE)).toBe(true);
    });

    check('R-DL-4 no file for a wrong token', async () => {
      const deviceName = nameOf(program, 'guessing');
      await platform.register(deviceName, way.psks(deviceName));
      expect(await run(program, ...way.options(deviceName), `${way.url()}/f/${'A'.repeat(22)}`)).toContain('c:4.04');
    });
  });

  testWith([OPENSSL])('R-DL-4 a token of another device opens nothing over DTLS', async () => {
    await platform.register('libcoap-owner', withKey('libcoap-owner'));
    await platform.register('libcoap-other', withKey('libcoap-other'));
    const url = `${platform.coapsUrl}${await platform.fileFor('libcoap-owner', FILE)}`;
    expect(await run(OPENSSL, ...keyOf('libcoap-other'), url)).toMatch(/c:4\.0[34]/);
  });

  testWith(COAP_CLIENTS).each(COAP_CLIENTS)('$name with a wrong key, or an identity of nobody, gets no session', async (program) => {
    const deviceName = nameOf(program, 'wrong');
    await platform.register(deviceName, withKey(deviceName));
    const url = `${platform.coapsUrl}/.well-known/core`;
    const tries = [keyOf(deviceName, 'another key of as many letters..'), keyOf('an identity that nobody has')];
    const outputs = await Promise.all(
      tries.map(async (options) => (await runProgram(program, ['-v', '6', '-B', '3', ...options, url])).ended),
    );
    for (const { output } of outputs) expect(output).not.toMatch(/c:2\.05/);
    expect(await run(program, ...keyOf(deviceName), url)).toContain('c:2.05');
  });
});

import { createHash, createPublicKey, randomBytes, verify } from 'node:crypto';
import { Readable } from 'node:stream';
import type { NewPackage, PackageUpload } from '../../core/packages/contract';
import type { FirmwarePackage } from '../../schema/model/package/firmware-package';
import { ADMIN, startUpdraft, type Updraft } from '../support/updraft';

const MINUTE_MS = 100;

describe('packages of every kind reach Link devices, which check them', () => {
  let updraft: Updraft;
  beforeAll(async () => {
    updraft = await startUpdraft({ UPDRAFT_MINUTE_MS: String(MINUTE_MS) });
  });
  afterAll(() => updraft.stop());

  const upload = (input: Partial<NewPackage> & { version: string }, sizes = [4_096]): Promise<FirmwarePackage> => {
    async function* files(): AsyncGenerator<PackageUpload> {
      for (const [index, size] of sizes.entries())
        yield { name: `part-${index}.bin`, stream: Readable.from([randomBytes(size)], { objectMode: false }) };
    }
    return updraft.core.packages.create(ADMIN, { productKey: updraft.productKey, name: 'meter_fw', ...input }, files());
  };
  const only = (deviceNames: string[]) => ({ scope: { kind: 'targeted' as const, deviceNames } });
  const reported = (name: string) =>
    updraft.until(async () => (await updraft.core.devices.get(`${updraft.productKey}.${name}`))?.modules.default);

  test('R-PKG-4 R-PKG-8 R-PKG-10 a differential package of three files, signed by the platform, is loaded, checked and installed', async () => {
    await updraft.core.products.setSecureUpdate(ADMIN, { productKey: updraft.productKey, active: true });
    const publicKeyPem = (await updraft.core.products.secureUpdate(updraft.productKey))?.publicKeyPem ?? '';
    const firmware = await upload({ version: '2.0.0', kind: 'DIFFERENTIAL', sourceVersions: ['1.0.0'] }, [5_000, 1, 70_000]);
    const fleet = await updraft.fleet([{ deviceName: 'careful' }, { deviceName: 'elsewhere', version: '1.1.0' }], {
      download: { verifyKey: publicKeyPem },
    });
    await Promise.all(['careful', 'elsewhere'].map(reported));
    const offered = new Promise<string>((resolve) => fleet.device('careful').once('notified', ({ payload }) => resolve(payload)));
    const batch = await updraft.push(firmware, {}, only(['careful', 'elsewhere']));
    expect(await updraft.settled(batch)).toEqual({ careful: 'SUCCEEDED' });
    expect((await updraft.core.batches.get(batch._id))?.selection).toEqual({
      matched: 2,
      created: 1,
      skippedVersion: 1,
      skippedBusy: 0,
      atTarget: 0,
    });
    const { data } = JSON.parse(await offered) as {
      data: { isDiff: number; files: { fileName: string; fileSign: string; digestsign: string }[] };
    };
    expect(data.isDiff).toBe(1);
    expect(data.files.map(({ fileName, fileSign }) => [fileName, fileSign])).toEqual(
      firmware.files.map(({ name, sha256 }) => [name, sha256]),
    );
    expect(fleet.device('careful').counts).toMatchObject({ downloads: 1, bytes: 75_001, dropped: 0, problems: 0 });
    await fleet.stop();
  });

  test('R-PKG-8 a device that trusts another key refuses, and one file carries its signature too', async () => {
    await updraft.core.products.setSecureUpdate(ADMIN, { productKey: updraft.productKey, active: true });
    const bytes = randomBytes(2_000);
    const stream = Readable.from([bytes], { objectMode: false });
    const input = { productKey: updraft.productKey, name: 'meter_fw', version: '3.0.0' };
    const firmware = await updraft.core.packages.create(ADMIN, input, { name: 'fw.bin', stream });
    const { publicKeyPem: before = '' } = (await updraft.core.products.secureUpdate(updraft.productKey)) ?? {};
    const fleet = await updraft.fleet([{ deviceName: 'wary', version: '2.0.0' }], { download: { verifyKey: before } });
    const signature =
      firmware.files[0]?.digestSign?.value ?? (await updraft.core.packages.get(firmware._id))?.files[0]?.digestSign?.value ?? '';
    expect(verify('sha256', bytes, createPublicKey(before), Buffer.from(signature, 'base64'))).toBe(true);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(firmware.files[0]?.sha256);
    for (const keyPair of ['PREPARE', 'SWITCH'] as const) {
      await updraft.core.products.setSecureUpdate(ADMIN, { productKey: updraft.productKey, active: true, keyPair });
    }
    const batch = await updraft.push(firmware, {}, only(['wary']));
    expect(await updraft.settled(batch)).toEqual({ wary: 'FAILED' });
    expect(await updraft.core.tasks.get(`${batch._id}.${updraft.productKey}.wary`)).toMatchObject({
      cause: 'INTEGRITY_CHECK_FAILURE_FOR_NEW_DOWNLOADED_PACKAGE',
    });
    await updraft.core.products.setSecureUpdate(ADMIN, { productKey: updraft.productKey, active: false });
    await fleet.stop();
  });

  test('R-PKG-9 a verification is a batch of its own; when it has ended the package may be pushed', async () => {
    const fleet = await updraft.fleet([{ deviceName: 'taster' }, { deviceName: 'guest' }]);
    const firmware = await upload({ version: '4.0.0', verification: 'REQUIRED' });
    await expect(updraft.push(firmware, {}, only(['guest']))).rejects.toMatchObject({ code: 'PACKAGE_UNVERIFIED' });
    const run = await updraft.core.batches.verify(ADMIN, { packageId: firmware._id, deviceNames: ['taster'], timeoutMinutes: 1_000 });
    expect(await updraft.settled(run)).toEqual({ taster: 'SUCCEEDED' });
    await updraft.until(async () => (await updraft.core.packages.get(firmware._id))?.verification.state === 'VERIFIED');
    expect(await updraft.settled(await updraft.push(firmware, {}, only(['guest'])))).toEqual({ guest: 'SUCCEEDED' });
    const { rows } = await updraft.core.products.moduleVersions(updraft.productKey, 'default', {});
    expect(rows.find(({ node }) => node.version === '4.0.0')?.node.devices).toBe(2);
    await updraft.core.packages.delete(ADMIN, firmware._id);
    expect(await updraft.core.packages.get(firmware._id)).toBeNull();
    await fleet.stop();
  });

  test('R-PKG-6 a device that comes back with a version the package is not for fails without a push', async () => {
    const first = await updraft.fleet([{ deviceName: 'changed', version: '1.0.0' }]);
    await reported('changed');
    await first.stop();
    await updraft.until(async () => (await updraft.core.devices.get(`${updraft.productKey}.changed`))?.online === false);
    const batch = await updraft.push(await upload({ version: '5.0.0', sourceVersions: ['1.0.0'] }), {}, only(['changed']));
    await updraft.until(async () => (await updraft.tasks(batch)).length === 1);
    const id = `${updraft.productKey}.changed`;
    await updraft.core.tasks.report(id, { kind: 'version', module: 'default', version: '1.2.0' });
    expect(await updraft.settled(batch)).toEqual({ changed: 'FAILED' });
    expect(await updraft.core.tasks.get(`${batch._id}.${id}`)).toMatchObject({ cause: 'SOURCE_VERSION_NOT_ELIGIBLE', notifications: 0 });
  });
});

import { setTimeout as delay } from 'node:timers/promises';
import { csvFile, sendCsv } from './csv-file';
import { type FleetUnderTest, type Measurement, perSecond, seconds, whole } from './measurement';

const AIM = 20_000;
const FIRST_SECRETS = 200;

/** R-DEV-6: from the first byte of the file to the last device. */
export const importPart: Measurement = {
  title: 'import from CSV',
  async run(fleet) {
    const { count, productKey, scope } = fleet;
    await fleet.operator.createProduct(productKey);
    const began = performance.now();
    const made = await sendCsv<{ id: string }>(fleet.platform, `/imports?productKey=${productKey}`, csvFile(count, fleet.nameOf, true));
    const checked = seconds(began);
    const created = await untilCreated(fleet, made.id);
    if (created !== count) throw new Error(`Of ${count} devices ${created} were imported.`);
    const rate = perSecond(count, began);
    scope.say(`    ${whole(rate)} devices/s`);
    fleet.found.importId = made.id;
    fleet.found.secrets = await firstSecrets(fleet, made.id);
    return [
      {
        what: 'import: checked and created',
        measured: `${whole(rate)} devices/s`,
        aim: `≥ ${whole(AIM)}/s`,
        met: rate >= AIM,
        beside: `check ${checked.toFixed(1)} s, creation ${(seconds(began) - checked).toFixed(1)} s`,
        value: rate,
      },
    ];
  },
};

async function untilCreated({ api, scope }: FleetUnderTest, id: string): Promise<number> {
  for (;;) {
    scope.signal.throwIfAborted();
    const { deviceImport } = await api.ask<{ deviceImport: { status: string; created: number } }>(
      'query ($id: ID!) { deviceImport(id: $id) { status created } }',
      { id },
    );
    if (deviceImport.status !== 'CREATING') return deviceImport.created;
    await delay(100);
  }
}

/** For the devices that connect later on. */
async function firstSecrets({ platform }: FleetUnderTest, id: string): Promise<Map<string, string>> {
  const response = await fetch(`${platform.apiUrl}/imports/${id}/devices.csv`, { headers: { authorization: `Bearer ${platform.key}` } });
  if (!response.ok || !response.body) throw new Error(`The secrets were refused: ${response.status}`);
  let text = '';
  const decoder = new TextDecoder();
  for await (const part of response.body) {
    text += decoder.decode(part as Uint8Array, { stream: true });
    if (text.length > 60 * FIRST_SECRETS) break;
  }
  const lines = text.split('\r\n').slice(1, FIRST_SECRETS + 1);
  return new Map(lines.map((line) => line.split(',') as [string, string]));
}

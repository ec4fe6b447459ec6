import { csvFile, sendCsv } from './csv-file';
import { type Measurement, seconds, shareOf, whole } from './measurement';

const AIM_S = 60;

/** R-BAT-3: a file that names every device, checked row by row. */
export const listPart: Measurement = {
  title: 'check of a device list',
  async run({ count, productKey, platform, nameOf }) {
    const began = performance.now();
    const list = await sendCsv<{ status: string; rows: number }>(
      platform,
      `/lists?productKey=${productKey}`,
      csvFile(count, nameOf, false),
    );
    const took = seconds(began);
    if (list.status !== 'CLEAN' || list.rows !== count) throw new Error(`The list is ${list.status} with ${list.rows} rows.`);
    const aim = shareOf(AIM_S, count);
    return [
      {
        what: `check of a list of ${whole(count)} names`,
        measured: `${took.toFixed(1)} s`,
        aim: `≤ ${aim.toFixed(0)} s`,
        met: took <= aim,
        beside: `${whole(count / took)} names/s`,
        value: took,
      },
    ];
  },
};

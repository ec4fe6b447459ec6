import { registerEnumType } from 'type-graphql';
import { BATCH_DELIVERIES } from '../schema/model/batch/batch';
import type { CellLevel } from '../schema/model/cell/level';
import { DELIVERIES, LWM2M_STEPS } from '../schema/model/lwm2m/upgrade';
import type { DownloadScheme } from '../schema/model/protocol/download-scheme';
import { described, enumOf } from './enums';

export const BatchDeliveryEnum = enumOf(
  'BatchDelivery',
  'Which ways a batch allows to bring a package to LwM2M devices.',
  described(BATCH_DELIVERIES, {
    PULL: 'The device is given an address, and downloads from it.',
    PUSH: 'The file is written to the device in blocks.',
    ANY: 'Whichever the device says it can; a push follows in the next attempt after a pull that did not start. The default.',
  }),
);

/** Their values are as addresses have them. */
export const DownloadSchemeEnum = { HTTPS: 'https', COAPS: 'coaps', HTTP: 'http', COAP: 'coap' } as const satisfies Record<
  string,
  DownloadScheme
>;
registerEnumType(DownloadSchemeEnum, {
  name: 'DownloadScheme',
  description: 'How an LwM2M device downloads from the address that it is given.',
  valuesConfig: {
    HTTPS: { description: 'HTTP with TLS. The first choice where device and batch allow several.' },
    COAPS: { description: 'CoAP with DTLS. The second choice.' },
    HTTP: { description: 'HTTP without encryption. The third choice.' },
    COAP: { description: 'CoAP without encryption. The last choice.' },
  },
});

export const DeliveryEnum = enumOf(
  'Delivery',
  'How an LwM2M device gets its package.',
  described(DELIVERIES, {
    PULL: 'It is given an address, and downloads from it.',
    PUSH: 'The file is written to it in blocks.',
  }),
);

export const Lwm2mStepEnum = enumOf(
  'Lwm2mStep',
  'What is awaited of an LwM2M device. `waitsUntil` of the task says until when.',
  described(LWM2M_STEPS, {
    VERSION: 'Which version it runs, and how its firmware update object stands.',
    SIGNAL: 'Its radio cell and signal.',
    CELL_SLOT: 'A slot of its radio cell: as many devices as may be are downloading there.',
    START: 'That it begins with the download, or takes the first block.',
    DOWNLOAD: 'That it has the whole package.',
    EXECUTE: 'That it takes the order to install.',
    UPDATE: 'That it begins to install.',
    RESULT: 'What came of the installation.',
    CHECK: 'The target version, after it said that it has succeeded.',
    DEFERRED: 'Its user, who may defer the installation.',
  }),
);

/** R-FLOW-4. Their values are as the store has them. */
export const CoverageLevelEnum = { LEVEL_0: '0', LEVEL_1: '1', LEVEL_2: '2', CELL: 'CELL' } as const satisfies Record<string, CellLevel>;
registerEnumType(CoverageLevelEnum, {
  name: 'CoverageLevel',
  description: 'How well an LwM2M device hears its radio cell: by the weaker of RSRP and SINR. The borders are settings.',
  valuesConfig: {
    LEVEL_0: { description: 'Well: most devices may download at once.' },
    LEVEL_1: { description: 'Less well.' },
    LEVEL_2: { description: 'Badly, or worse than all ranges: one device at a time unless the setting says otherwise.' },
    CELL: { description: 'The device tells its cell, and not its signal.' },
  },
});

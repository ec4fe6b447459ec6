import { registerEnumType } from 'type-graphql';
import { BATCH_DELIVERIES } from '../schema/model/batch/batch';
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

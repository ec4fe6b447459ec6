import { createHmac } from 'node:crypto';
import type { DeviceCredentials, KeyedCredentials } from '../session/mqtt-session';

export type SignMethod = 'hmacsha256' | 'hmacsha1' | 'hmacmd5';

export interface LinkIdentity {
  productKey: string;
  deviceName: string;
  secret: string;
  /** Default `hmacsha256`. */
  signMethod?: SignMethod;
  /** What stands before the first bar of the client id; default `{productKey}.{deviceName}`, as LinkSDK 4 has it. */
  clientId?: string;
  /** Default the constant of LinkSDK 4; null leaves the pair out. */
  timestamp?: string | null;
  /** Over TLS by a pre-shared key instead of the server's certificate, with the one suite that LinkSDK for C has. */
  psk?: boolean;
}

const SDK4_TIMESTAMP = '2524608000000';
const DIGESTS = { hmacsha256: 'sha256', hmacsha1: 'sha1', hmacmd5: 'md5' } as const;

/** What a Link device puts into CONNECT (device-protocols §1.1). `tls` decides the security mode only. */
export function linkCredentials(identity: LinkIdentity, tls = false): DeviceCredentials | KeyedCredentials {
  const { productKey, deviceName, secret, signMethod = 'hmacsha256', timestamp = SDK4_TIMESTAMP } = identity;
  const id = identity.clientId ?? `${productKey}.${deviceName}`;
  const stamp = timestamp === null ? '' : `timestamp=${timestamp},`;
  const signed = `clientId${id}deviceName${deviceName}productKey${productKey}${timestamp === null ? '' : `timestamp${timestamp}`}`;
  const credentials = {
    clientId: `${id}|${stamp}_ss=1,_v=sdk-c-4.1.0,securemode=${tls ? 2 : 3},signmethod=${signMethod},ext=3,_conn=tls_0|`,
    username: `${deviceName}&${productKey}`,
    password: createHmac(DIGESTS[signMethod], secret).update(signed).digest('hex').toUpperCase(),
  };
  return tls && identity.psk ? { ...credentials, ...sharedKey(identity) } : credentials;
}

/** device-protocols §1.1: the key is the digits, not the bytes they stand for. */
function sharedKey({ productKey, deviceName, secret, timestamp }: LinkIdentity): Omit<KeyedCredentials, keyof DeviceCredentials> {
  const stamp = timestamp ?? SDK4_TIMESTAMP;
  const signed = `id${productKey}&${deviceName}timestamp${stamp}`;
  const psk = Buffer.from(createHmac('sha256', secret).update(signed).digest('hex').toUpperCase());
  return {
    ciphers: 'PSK-AES128-CBC-SHA',
    maxVersion: 'TLSv1.2',
    checkServerIdentity: () => undefined,
    pskCallback: () => ({ identity: `devicename|hmacsha256|${productKey}&${deviceName}|${stamp}`, psk }),
  };
}

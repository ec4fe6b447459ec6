export const DEFAULT_MODULE = 'default';

/** The topics of one device (device-protocols §1.2). */
export function linkTopics(productKey: string, deviceName: string) {
  const device = `${productKey}/${deviceName}`;
  return {
    inform: `/ota/device/inform/${device}`,
    upgrade: `/ota/device/upgrade/${device}`,
    progress: `/ota/device/progress/${device}`,
    get: `/sys/${device}/thing/ota/firmware/get`,
    getReply: `/sys/${device}/thing/ota/firmware/get_reply`,
    download: `/sys/${device}/thing/file/download`,
    downloadReply: `/sys/${device}/thing/file/download_reply`,
  };
}

/** LinkSDK 4 numbers its messages, the documents print decimal strings (§1.3). */
export type MessageId = number | string;

const moduleMember = (module: string) => (module === DEFAULT_MODULE ? {} : { module });

export function informPayload(id: MessageId, version: string, module = DEFAULT_MODULE): string {
  return JSON.stringify({ id, params: { version, ...moduleMember(module) } });
}

/** `step` goes out as a decimal string. */
export function progressPayload(id: MessageId, step: number, module = DEFAULT_MODULE, desc = ''): string {
  return JSON.stringify({ id, params: { step: String(step), desc, ...moduleMember(module) } });
}

/** As LinkSDK 4 sends it: without `version` and `method`. */
export function getPayload(id: MessageId, module = DEFAULT_MODULE): string {
  return JSON.stringify({ id, params: { ...moduleMember(module) } });
}

/** As LinkSDK 4 sends it, with the comma after `fileId` that makes it no JSON (§1.4). */
export function blockPayload(id: MessageId, stream: { id: number; fileId: number }, size: number, offset: number): string {
  const fileInfo = `{"streamId":${stream.id},"fileId":${stream.fileId},}`;
  return `{"id":"${id}","version":"1.0","params":{"fileToken":"default","fileInfo":${fileInfo},"fileBlock":{"size":${size},"offset":${offset}}}}`;
}

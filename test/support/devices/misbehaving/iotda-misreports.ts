import { iotdaTopics, otaEvent, subDeviceSync, upPayload, versionReport } from '../iotda/iotda-messages';
import type { BehaviourPlan } from './behaviour-plan';

type Message = { topic: string; payload: string | Buffer };

/** What an IoTDA device says after each connect that is not for it to say. */
export function iotdaMisreports(plan: BehaviourPlan, id: string, up: string): Message[] {
  const payloads = plan.has('sendsGarbage') ? garbage(id) : [];
  const children = plan.get('hasChildren');
  if (children) payloads.push(upPayload(id, [subDeviceSync()]));
  for (const name of children?.deviceNames ?? []) {
    payloads.push(upPayload(`${children?.productKey}_${name}`, [versionReport('5.0.0', '5.0.0')]));
  }
  const messages = payloads.map((payload) => ({ topic: up, payload }));
  const claimed = plan.get('claimsTopicOf');
  if (!claimed) return messages;
  const other = `${claimed.productKey}_${claimed.deviceName}`;
  const payload = upPayload(other, [versionReport('6.6.6', '6.6.6')]);
  return [...messages, { topic: iotdaTopics(other).up, payload }, { topic: up, payload }];
}

/** What a broken or hostile device sends on its own topic. */
const garbage = (id: string): (string | Buffer)[] => [
  '',
  'not json',
  '[]',
  'null',
  '{"services":{}}',
  '{"services":[null,1,"x",{"service_id":"$ota"},{"service_id":"$ota","event_type":17,"paras":{}}]}',
  upPayload(id, [otaEvent('version_report', { fw_version: { $gt: '' }, sw_version: ['1'] })]),
  upPayload(id, [otaEvent('upgrade_progress_report', { result_code: 'banana', progress: 1e9, version: '1.0.0' })]),
  upPayload(id, [otaEvent('upgrade_progress_report', { result_code: [1], version: '1.0.0' })]),
  upPayload(id, [otaEvent('reboot_everything', {})]),
  upPayload('another', [versionReport('6.6.6', '6.6.6')]),
  `{"services":${'['.repeat(2_000)}`,
  upPayload(id, [otaEvent('version_report', { fw_version: 'x'.repeat(65 * 1024) })]),
  Buffer.from([0xff, 0xfe, 0x00, 0x80, 0xc0]),
];

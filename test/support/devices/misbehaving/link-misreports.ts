import { informPayload, linkTopics, type MessageId, progressPayload } from '../link/link-messages';
import type { BehaviourPlan } from './behaviour-plan';

type Message = { topic: string; payload: string | Buffer };
type Topics = ReturnType<typeof linkTopics>;

/** What a Link device says after each connect that is not for it to say. */
export function linkMisreports(plan: BehaviourPlan, topics: Topics, nextId: () => MessageId): Message[] {
  const messages = plan.has('sendsGarbage') ? garbage(topics) : [];
  const children = plan.get('hasChildren');
  for (const name of children?.deviceNames ?? []) {
    messages.push({ topic: linkTopics(children?.productKey ?? '', name).inform, payload: informPayload(nextId(), '5.0.0') });
  }
  const claimed = plan.get('claimsTopicOf');
  if (claimed) {
    const others = linkTopics(claimed.productKey, claimed.deviceName);
    messages.push({ topic: others.inform, payload: informPayload(nextId(), '6.6.6') });
    messages.push({ topic: others.progress, payload: progressPayload(nextId(), 50) });
  }
  return messages;
}

/** What a broken or hostile device sends on its own topics: no JSON, wrong types, too deep, too long, empty. */
function garbage(topics: Topics): Message[] {
  const payloads = [
    '',
    'not json',
    '{"id":1,"params":',
    '[]',
    'null',
    '{"id":{"$gt":""},"params":{"version":{"$ne":null},"step":["1"]}}',
    '{"id":1,"params":{"version":"../../etc","step":"banana","module":17}}',
    `{"id":1,"params":{"version":"${'9'.repeat(300)}","step":"1e9"}}`,
    '['.repeat(2_000),
    `{"id":1,"params":{"version":"${'x'.repeat(70 * 1024)}"}}`,
    Buffer.from([0xff, 0xfe, 0x00, 0x80, 0xc0]),
    '{"__proto__":{"polluted":true},"id":1,"params":{"constructor":{"prototype":1}}}',
  ];
  return [topics.inform, topics.progress, topics.get].flatMap((topic) => payloads.map((payload) => ({ topic, payload })));
}

import type { linkTopics } from '../link/link-messages';

/** What a broken or hostile device sends on its own topics: no JSON, wrong types, too deep, too long, empty. */
export function garbage(topics: ReturnType<typeof linkTopics>): { topic: string; payload: string | Buffer }[] {
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

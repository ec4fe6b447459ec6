import { auditArguments, auditReport } from '../../../server/audit-report';

const HASH = 'h'.repeat(43);
const whole = {
  problems: [],
  problemCount: 0,
  segments: 1,
  entries: 1_200,
  unsealed: 1,
  checkpoint: null,
  head: { segment: 1, hash: HASH },
};

test('R-UI-4 what a check of the audit trail is asked for', () => {
  expect(auditArguments(['verify'])).toEqual({});
  expect(auditArguments(['verify', `12:${HASH}`])).toEqual({ known: { segment: 12, hash: HASH } });
  for (const args of [[], ['check'], ['verify', '12'], ['verify', `0:${HASH}`], ['verify', `1:${HASH}`, 'more']])
    expect(auditArguments(args)).toBeNull();
});

test('R-UI-4 what a check of the audit trail says to a stranger', () => {
  expect(auditReport(whole)).toBe(`Checked 1,200 entries in 1 segment.
1 entry is not sealed yet: a deletion among them cannot be found.
The end of the chain is 1:${HASH}. Keep it elsewhere, and give it to a later check.
The audit trail is whole.
`);
  const broken = auditReport({ ...whole, checkpoint: 7, head: null, problems: ['Entry e of segment 8 was deleted.'], problemCount: 3 });
  expect(broken).toContain('Segments up to 7 were removed after their time: a signed checkpoint says so.');
  expect(broken).toContain('The audit trail is BROKEN, in 3 places:\n  - Entry e of segment 8 was deleted.\n  - … and 2 more\n');
});

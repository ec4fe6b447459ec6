import type { AuditVerdict, KnownHead } from '../core/audit/verify';

export const AUDIT_USAGE = `Usage: npm run audit verify [<segment>:<hash>]

Checks the audit trail: that no sealed entry was changed, deleted or inserted, and that this installation has signed the chain.
It reads the settings of npm start, and looks at the same data; it may run beside Updraft.

  <segment>:<hash>   a head that an earlier check or the log has told: finds a chain whose end was cut off

Ends with 0 when the chain is whole, 1 when it is broken, and 2 when it could not be checked.
`;

/** What to verify; null: the arguments are not understood. */
export function auditArguments(args: readonly string[]): { known?: KnownHead } | null {
  const [command, head, ...more] = args;
  if (command !== 'verify' || more.length > 0) return null;
  if (head === undefined) return {};
  const [, segment, hash] = /^([1-9]\d{0,14}):([\w-]{43})$/.exec(head) ?? [];
  return segment && hash ? { known: { segment: Number(segment), hash } } : null;
}

const count = (number: number, one: string, many: string): string => `${number.toLocaleString('en-US')} ${number === 1 ? one : many}`;

/** For whoever has not seen it before. */
export function auditReport({ problems, problemCount, segments, entries, unsealed, checkpoint, head }: AuditVerdict): string {
  const lines = [
    `Checked ${count(entries, 'entry', 'entries')} in ${count(segments, 'segment', 'segments')}.`,
    ...(checkpoint === null ? [] : [`Segments up to ${checkpoint} were removed after their time: a signed checkpoint says so.`]),
    `${count(unsealed, 'entry is', 'entries are')} not sealed yet: a deletion among them cannot be found.`,
    ...(head ? [`The end of the chain is ${head.segment}:${head.hash}. Keep it elsewhere, and give it to a later check.`] : []),
  ];
  if (problemCount === 0) return `${[...lines, 'The audit trail is whole.'].join('\n')}\n`;
  const left = problemCount - problems.length;
  const told = [...problems, ...(left > 0 ? [`… and ${left} more`] : [])].map((problem) => `  - ${problem}`);
  return `${[...lines, `The audit trail is BROKEN, in ${count(problemCount, 'place', 'places')}:`, ...told].join('\n')}\n`;
}

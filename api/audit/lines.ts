import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { RequestHandler } from 'express';
import type { AuditService, ShownEntry } from '../../core/audit/contract';
import { userErrorsOf } from '../errors/as-payload';
import { type ErrorLog, maskedAs } from '../errors/present';
import { sendJson } from '../files/send-json';
import { API_LIMITS } from '../limits';
import { viewerOf } from '../transport/signed-in';

/** A day, or a time with its zone: 2026-01-31, 2026-01-31T12:00:00Z. */
const TIME = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2}))?$/;

/** `GET /audit.jsonl?since=…` (R-UI-4): one JSON object a line, the oldest first, read from the store as fast as the client takes it. */
export const auditLines =
  (audit: Pick<AuditService, 'export'>, log: ErrorLog): RequestHandler =>
  async (req, res) => {
    const { since } = req.query;
    const from = typeof since === 'string' && TIME.test(since) ? new Date(since) : null;
    if (since !== undefined && (from === null || Number.isNaN(from.getTime()) || from.getTime() < 0)) {
      sendJson(res, 400, { errors: [WRONG_SINCE] });
      return;
    }
    const entries = audit.export(viewerOf(res), from);
    res.setHeader('Content-Type', 'application/x-ndjson; charset=utf-8');
    res.setHeader('Content-Disposition', 'attachment; filename="audit.jsonl"');
    res.setTimeout(API_LIMITS.idleTransferMs, () => res.destroy());
    try {
      await pipeline(Readable.from(linesOf(entries)), res);
    } catch (error) {
      // The status has left: a cut connection tells the client that lines are missing.
      if (!res.destroyed && !userErrorsOf(error)) maskedAs(log, error);
      res.destroy();
    }
  };

const WRONG_SINCE = {
  code: 'INVALID_FORMAT',
  field: 'since',
  message: 'This is no time.',
  hint: 'Give a day or a time with its zone, such as 2026-01-31 or 2026-01-31T12:00:00Z.',
};

async function* linesOf(entries: AsyncIterable<ShownEntry>): AsyncGenerator<string> {
  for await (const { _id: id, input, before, after, ...entry } of entries) {
    const parsed = { input: fromJson(input), before: fromJson(before), after: fromJson(after) };
    yield `${JSON.stringify({ id, ...entry, ...parsed })}\n`;
  }
}

/** Names of people are put in after it was cut, so it is JSON still; what an attacker has written need not be. */
function fromJson(text: string | null): unknown {
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    return text;
  }
}

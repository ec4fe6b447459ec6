import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { RequestHandler } from 'express';
import type { AuditService, ShownEntry } from '../../core/audit/contract';
import { UserError } from '../../core/errors';
import { toUserErrorType, userErrorsOf } from '../errors/as-payload';
import { type ErrorLog, maskedAs } from '../errors/present';
import { queryOptions } from '../files/query-options';
import { sendJson } from '../files/send-json';
import { API_LIMITS } from '../limits';
import { viewerOf } from '../transport/signed-in';

/** A day, or a time with its zone: 2026-01-31, 2026-01-31T12:00:00Z. */
const TIME = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2}))?$/;

/** `GET /audit.jsonl?since=…` (R-UI-4): one JSON object a line, the oldest first, read from the store as fast as the client takes it. */
export const auditLines =
  (audit: Pick<AuditService, 'export'>, log: ErrorLog): RequestHandler =>
  async (req, res) => {
    const entries = await (async () => audit.export(viewerOf(res), timeIn(queryOptions(req, ['since']))))().catch((error: unknown) => {
      const refusals = userErrorsOf(error);
      if (!refusals) throw error;
      sendJson(res, 400, { errors: refusals.map((one) => toUserErrorType(one)) });
    });
    if (!entries) return;
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

function timeIn({ since }: { since?: string }): Date | null {
  if (since === undefined) return null;
  const from = new Date(TIME.test(since) ? since : Number.NaN);
  if (from.getTime() >= 0) return from;
  throw new UserError('INVALID_FORMAT', {
    field: 'since',
    message: 'This is no time.',
    hint: 'Give a day or a time with its zone, such as 2026-01-31 or 2026-01-31T12:00:00Z.',
  });
}

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

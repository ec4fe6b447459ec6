import type { Response } from 'express';

/** What programs read, and people in a terminal: the line ends, so that the next prompt begins a line of its own. */
export const jsonText = (body: object): string => `${JSON.stringify(body)}\n`;

export function sendJson(res: Response, status: number, body: object): void {
  res.status(status).type('json').send(jsonText(body));
}

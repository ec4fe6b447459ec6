import type { Server } from 'node:http';

/** Takes no more connections, and closes those that are left after `patienceMs`. */
export async function drain(server: Server, patienceMs: number): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const patience = setTimeout(() => server.closeAllConnections(), patienceMs);
  await closed;
  clearTimeout(patience);
}

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import type { Registry } from 'prom-client';
import { metrics } from '../api/metrics';
import { callOf } from '../api/transport/call-of';
import { createGate } from '../api/transport/gate';
import { NO_RATE_LIMIT } from '../api/transport/rate-limit';
import { inCall } from '../core/call';
import type { CoreParts } from '../core/core-parts';
import { listenOnLoopback } from './loopback';
import type { Part } from './part';

const TIMEOUT_MS = 10_000;
const CONNECTIONS = 20;

/** `/metrics` on a port of its own, loopback only: for processes that have no API. */
export async function startMetricsServer(
  { core }: Pick<CoreParts, 'core'>,
  registry: Registry,
  port: number,
): Promise<Part & { metricsUrl: string }> {
  const app = express().disable('x-powered-by').disable('etag');
  createGate(app, { core, rate: NO_RATE_LIMIT }).serve('GET /metrics', metrics(registry));
  const server = createServer((req, res) => inCall(callOf(req), () => void app(req, res)));
  server.headersTimeout = TIMEOUT_MS;
  server.requestTimeout = TIMEOUT_MS;
  server.maxConnections = CONNECTIONS;
  const listening = await listenOnLoopback(server, port);
  return { ...listening, metricsUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics` };
}

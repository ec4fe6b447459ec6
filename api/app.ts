import express, { type Express, type RequestHandler } from 'express';
import type { Registry } from 'prom-client';
import type { Core } from '../core/core';
import type { Limits } from '../schema/model/limits';
import { auditLines } from './audit/lines';
import { recordedSignIns } from './audit/recorded-sign-ins';
import type { ConsoleFiles } from './console/files';
import { consoleRoutes } from './console/routes';
import type { ErrorLog } from './errors/present';
import { explorer } from './explorer';
import { importInvalidRows, importSecrets, importState, uploadDeviceImport } from './files/device-imports';
import { invalidRows, listTemplate, uploadDeviceList } from './files/device-lists';
import { devicesCsv } from './files/devices-csv';
import { tasksCsv } from './files/tasks-csv';
import { uploadPackage } from './files/upload';
import { frontPage } from './front-page';
import { healthz, type Ready, readyz } from './health';
import { metrics } from './metrics';
import { countedSignIns } from './sign-in/counted';
import { meteredSignIns } from './sign-in/metrics';
import { createSignIn } from './sign-in/routes';
import { createGate } from './transport/gate';
import type { RateLimit } from './transport/rate-limit';
import { type Refuse, refuseGraphql } from './transport/signed-in';
import { tusUploads } from './uploads/tus';

export const GRAPHQL_PATH = '/graphql';

export interface AppDeps {
  core: Core;
  limits: Limits;
  logger: ErrorLog;
  ready: Ready;
  rate: RateLimit;
  registry?: Registry;
  /** Where it counts, shown or not. */
  meters: Registry;
  explorer: boolean;
  /** Null: there is no console here. */
  console?: ConsoleFiles | null;
  /** How browsers reach it, where a proxy changes the name that is asked for. */
  publicUrl?: string;
}

/** Every address beside the downloads, each behind the gate. */
export async function createApp(deps: AppDeps, graphql: RequestHandler, refuse: Refuse = refuseGraphql): Promise<Express> {
  const { core, limits, logger, registry, publicUrl, rate, meters } = deps;
  const app = express().disable('x-powered-by').disable('etag');
  const { serve } = createGate(app, { core, rate, publicUrl });
  const signIns = recordedSignIns(meteredSignIns(countedSignIns(core.access, rate), meters), core.audit);
  const signIn = createSignIn(signIns, publicUrl);
  const pages = deps.console ? consoleRoutes(deps.console) : null;
  serve('GET /', pages?.page ?? frontPage(deps.explorer));
  serve('GET /healthz', healthz);
  serve('GET /readyz', readyz(deps.ready));
  serve('POST /packages', uploadPackage(core.packages, limits, logger));
  serve('POST /lists', uploadDeviceList(core.deviceLists, logger));
  serve('GET /lists/template.csv', listTemplate(logger));
  serve('GET /lists/:id/invalid.csv', invalidRows(core.deviceLists, logger));
  serve('POST /imports', uploadDeviceImport(core.deviceImports, logger));
  serve('GET /imports/:id', importState(core.deviceImports, logger));
  serve('GET /imports/:id/invalid.csv', importInvalidRows(core.deviceImports, logger));
  serve('GET /imports/:id/devices.csv', importSecrets(core.deviceImports, logger));
  serve('ALL /uploads', await tusUploads('/uploads', core.uploads, limits, logger));
  serve('GET /batches/:id/tasks.csv', tasksCsv(core.tasks, logger));
  serve('GET /devices.csv', devicesCsv(core.devices, logger));
  serve('GET /audit.jsonl', auditLines(core.audit, logger));
  if (registry) serve('GET /metrics', metrics(registry));
  serve('GET /signin', signIn.page);
  serve('POST /signin', signIn.withKey);
  serve('GET /signin/link', signIn.withLink);
  serve('GET /signin/callback', signIn.callback);
  serve('GET /signin/:id', signIn.toIssuer);
  serve('POST /signout', signIn.out);
  serve('ALL /graphql', graphql, refuse);
  if (deps.explorer) serve('ALL /explorer', explorer(GRAPHQL_PATH));
  if (pages) {
    serve('ALL /assets', pages.asset);
    // The last one: what is an address of the API is none of its pages.
    serve('GET /*page', pages.anyPage);
  }
  return app;
}

import type { DeviceReport } from '../../core/reports/contract';
import type { Peer } from './dialect';

/** What is told of an upgrade under way is late once the connection it came by has closed. */
export const asOfNow = <R extends DeviceReport>({ closed }: Peer, report: R): R =>
  closed && (report.kind === 'progress' || report.kind === 'result') ? { ...report, late: true } : report;

import { type DeviceList, type DeviceListProblem, LIST_PROBLEMS, LIST_STATUSES } from '../model/device/device-list';
import { date, each, number, object, oneOf, optional, schemaOf, text } from './declaration';

/** One name of a list. The id makes it unique and finds all of its list in a range: there is no other index to write a million times. */
export interface DeviceListRow {
  /** `<listId>.<deviceName>` */
  _id: string;
  deviceId: string;
}

/** The rows, or problems, of one list; list ids have no dot, and `/` follows it. */
export const ofList = (listId: string) => ({ _id: { $gte: `${listId}.`, $lt: `${listId}/` } });

export const deviceListSchema = schemaOf<DeviceList>({
  _id: text,
  productKey: text,
  status: oneOf(LIST_STATUSES),
  rows: number,
  problems: object(each(LIST_PROBLEMS, number)),
  createdBy: text,
  createdAt: date,
  expiresAt: date,
});
deviceListSchema.index({ expiresAt: 1 });

export const deviceListRowSchema = schemaOf<DeviceListRow>({ _id: text, deviceId: text });

export const deviceListProblemSchema = schemaOf<DeviceListProblem>({
  _id: text,
  row: number,
  value: text,
  problem: oneOf(LIST_PROBLEMS),
  text: optional(text),
});

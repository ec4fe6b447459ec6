import { Schema } from 'mongoose';
import { type DeviceList, type DeviceListProblem, LIST_PROBLEMS, LIST_STATUSES } from '../model/device/device-list';
import { storedIn } from './options';

/** One name of a list. The id makes it unique and finds all of its list in a range: there is no other index to write a million times. */
export interface DeviceListRow {
  /** `<listId>.<deviceName>` */
  _id: string;
  deviceId: string;
}

/** The rows, or problems, of one list; list ids have no dot, and `/` follows it. */
export const ofList = (listId: string) => ({ _id: { $gte: `${listId}.`, $lt: `${listId}/` } });

export const deviceListSchema = new Schema<DeviceList>(
  {
    _id: { type: String, required: true },
    productKey: { type: String, required: true },
    status: { type: String, enum: LIST_STATUSES, required: true },
    rows: { type: Number, required: true },
    problems: { type: Schema.Types.Mixed, required: true },
    createdBy: { type: String, required: true },
    createdAt: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
  },
  storedIn('deviceLists'),
);
deviceListSchema.index({ expiresAt: 1 });

export const deviceListRowSchema = new Schema<DeviceListRow>(
  { _id: { type: String, required: true }, deviceId: { type: String, required: true } },
  storedIn('deviceListRows'),
);

export const deviceListProblemSchema = new Schema<DeviceListProblem>(
  {
    _id: { type: String, required: true },
    row: { type: Number, required: true },
    value: { type: String },
    problem: { type: String, enum: LIST_PROBLEMS, required: true },
    text: { type: String },
  },
  storedIn('deviceListProblems'),
);

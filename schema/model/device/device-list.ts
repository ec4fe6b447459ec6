export const LIST_PROBLEMS = ['INVALID', 'UNKNOWN', 'DUPLICATE'] as const;
export type ListProblem = (typeof LIST_PROBLEMS)[number];

export const LIST_STATUSES = ['CHECKING', 'CLEAN', 'REFUSED', 'EXPIRED'] as const;

/** R-BAT-3: the devices a file names, checked; only a clean one can be the scope of a batch. */
export interface DeviceList {
  _id: string;
  productKey: string;
  status: (typeof LIST_STATUSES)[number];
  /** Rows that are not blank. */
  rows: number;
  /** Rows by what is wrong with them. */
  problems: Record<ListProblem, number>;
  createdBy: string;
  createdAt: Date;
  /** From then on it may be gone. A batch that uses it puts it off. */
  expiresAt: Date;
}

export interface DeviceListProblem {
  /** `<listId>.<row, ten digits>` */
  _id: string;
  /** Line of the file, from 1. */
  row: number;
  /** At most 64 characters of it. */
  value: string;
  problem: ListProblem;
  /** In words; absent in lists of earlier versions. */
  text?: string;
}

import type { Batch } from '../../schema/model/batch/batch';
import type { BatchPoint, FlowPoint } from '../../schema/model/series-points';
import type { Viewer } from '../access/viewer';

export interface SeriesRange {
  from?: Date | null;
  to?: Date | null;
}

export interface Series<P> {
  from: Date;
  to: Date;
  stepMinutes: number;
  points: P[];
}

export interface SeriesService {
  /** From its creation until its end, or until now, when nothing is given. Throws OUT_OF_RANGE. */
  ofBatch(batch: Batch, range: SeriesRange): Promise<Series<BatchPoint>>;
  /** Of the last day, when nothing is given; of a product, or of all that the viewer may see. Throws OUT_OF_RANGE, PRODUCT_UNKNOWN. */
  ofPlatform(viewer: Viewer, productKey: string | null, range: SeriesRange): Promise<Series<FlowPoint>>;
}

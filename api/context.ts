import type { Viewer } from '../core/access/viewer';
import type { Core } from '../core/core';
import type { Limits } from '../schema/model/limits';
import type { Kept, RequestRates } from './limits';
import type { LiveHub } from './live/hub';
import { createLoaders, type Loaders } from './loaders';
import { createPace, type Pace } from './transport/pace';
import type { WorkflowPages } from './workflow-page';

export interface ApiServices {
  core: Core;
  live: LiveHub;
  limits: Limits;
  rates: RequestRates;
  kept: Kept;
  /** Null: there are none to link to. */
  workflowPages: WorkflowPages | null;
}

/** What every resolver gets. There is none without a viewer: both transports refuse first. */
export interface ApiContext extends ApiServices {
  viewer: Viewer;
  loaders: Loaders;
  pace: Pace;
}

export const createContext = (services: ApiServices, viewer: Viewer, pace: Pace = createPace()): ApiContext => ({
  ...services,
  viewer,
  pace,
  loaders: createLoaders(services.core),
});

import type { Viewer } from '../core/access/viewer';
import type { Core } from '../core/core';
import type { Limits } from '../schema/model/limits';
import type { LiveHub } from './live/hub';
import { createLoaders, type Loaders } from './loaders';

export interface ApiServices {
  core: Core;
  live: LiveHub;
  limits: Limits;
}

/** What every resolver gets. There is none without a viewer: both transports refuse first. */
export interface ApiContext extends ApiServices {
  viewer: Viewer;
  loaders: Loaders;
}

export const createContext = (services: ApiServices, viewer: Viewer): ApiContext => ({
  ...services,
  viewer,
  loaders: createLoaders(services.core),
});

import { measureSlowness } from './measure-slowness';

/** For tests that need no server. */
export default function setUp(): void {
  measureSlowness();
}

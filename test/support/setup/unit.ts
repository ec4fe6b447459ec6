import { measureSlowness } from '../machine';

/** For tests that need no server. */
export default function setUp(): void {
  measureSlowness();
}

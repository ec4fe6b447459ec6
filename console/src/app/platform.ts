import { createUpdraftClient } from '@updraft/client';

/** The only way from the console to the platform: whoever uses this page has its cookie, and no script can read that. */
export const platform = createUpdraftClient({ url: window.location.origin, credentials: 'browser session' });

/**
 * A cursor is the `_data` of a change stream's resume token: a hexadecimal key string, so that two of them
 * compare as strings in the order of the log.
 */
export const isCursor = (text: string): boolean => /^8[0-9A-F]{17,1023}$/.test(text);

export const reaches = (cursor: string, target: string): boolean => cursor >= target;

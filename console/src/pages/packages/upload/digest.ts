/** A larger file would have to be in memory as a whole: the platform computes its digest all the same, it is only not compared with ours. */
const MOST_BYTES = 128 * 1024 * 1024;

/** SHA-256 of what this browser has read, for the platform to compare with what arrived. Null where it can't be had: too large, or no TLS. */
export async function digestOf(file: Blob): Promise<string | null> {
  if (file.size > MOST_BYTES || !crypto.subtle) return null;
  try {
    const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  } catch {
    // A file that cannot be read now fails where it is sent, which tells.
    return null;
  }
}

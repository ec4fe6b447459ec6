/** Whether some topic matches both filters (MQTT 3.1.1 §4.7): a topic name is a filter without wildcards. */
export function overlaps(a: string, b: string): boolean {
  const left = a.split('/');
  const right = b.split('/');
  for (let level = 0; ; level += 1) {
    const l = left[level];
    const r = right[level];
    if (l === '#' || r === '#') return true;
    if (l === undefined || r === undefined) return l === r;
    if (l !== r && l !== '+' && r !== '+') return false;
  }
}

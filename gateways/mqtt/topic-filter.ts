/** Whether every topic that matches `inner` matches `outer` too. */
export function contains(outer: string, inner: string): boolean {
  const wide = outer.split('/');
  const narrow = inner.split('/');
  for (let level = 0; ; level += 1) {
    const w = wide[level];
    const n = narrow[level];
    if (w === '#') return true;
    if (w === undefined || n === undefined) return w === n;
    if (n === '#' || (w !== '+' && w !== n)) return false;
  }
}

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

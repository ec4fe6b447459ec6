/**
 * Runs in the page before anything else, as a script of the browser: notes what arrives and when it is on screen.
 * `probe.awaited`: changes of rows that are drawn, by the device's name. `probe.latencies`: milliseconds from the socket's message to the frame after.
 */
export const PROBE = `
(() => {
  const probe = { awaited: new Map(), latencies: [], replaced: 0, messages: 0, longTasks: [], shift: 0, firstRow: null, slowest: 0, frames: null };
  globalThis.probe = probe;

  const onMessage = ({ data }) => {
    const at = performance.now();
    probe.messages += 1;
    if (typeof data !== 'string' || !data.includes('taskChanges')) return;
    const task = JSON.parse(data).payload?.data?.taskChanges?.task;
    if (!task || !document.querySelector('[data-task="' + task.deviceName + '"]')) return;
    // A change that is overtaken by the next one of its row is painted with it: the older one waits.
    const earlier = probe.awaited.get(task.deviceName);
    if (earlier) probe.replaced += 1;
    probe.awaited.set(task.deviceName, { progress: String(task.progress), at: earlier ? earlier.at : at });
  };
  const Socket = globalThis.WebSocket;
  globalThis.WebSocket = class extends Socket {
    constructor(...args) {
      super(...args);
      this.addEventListener('message', onMessage);
    }
  };

  const afterNextFrame = (run) => requestAnimationFrame(() => { const { port1, port2 } = new MessageChannel(); port1.onmessage = () => run(performance.now()); port2.postMessage(0); });
  const look = () => {
    if (probe.firstRow === null && document.querySelector('[data-task], [data-device]')) {
      probe.firstRow = 0;
      afterNextFrame((now) => { probe.firstRow = now; });
    }
    for (const [name, { progress, at }] of probe.awaited) {
      const row = document.querySelector('[data-task="' + name + '"]');
      const shown = row?.querySelector('[role=progressbar]')?.getAttribute('aria-valuenow');
      if (row && shown !== progress) continue;
      probe.awaited.delete(name);
      if (row) afterNextFrame((now) => probe.latencies.push(now - at));
    }
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });

  const observe = (type, take, more) => new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true, ...more });
  observe('longtask', ({ duration }) => probe.longTasks.push(duration));
  observe('layout-shift', ({ value, hadRecentInput }) => { if (!hadRecentInput) probe.shift += value; });
  observe('event', ({ duration, interactionId }) => { if (interactionId) probe.slowest = Math.max(probe.slowest, duration); }, { durationThreshold: 16 });

  /** Times of all frames until it is stopped. */
  probe.countFrames = () => {
    const times = [];
    probe.frames = times;
    const next = (now) => { times.push(now); if (probe.frames === times) requestAnimationFrame(next); };
    requestAnimationFrame(next);
  };
})();
`;

/** Put into the page by `page.py` before anything else: notes when things are painted. */

(() => {
  const probe = { reps: [], seconds: {}, disturbed: new Set(), longTasks: [], paintedAt: null, usableAt: null };
  window.probe = probe;

  /** Tasks run after the frame that follows: what was changed before it is painted by then. */
  function afterPaint(then) {
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = then;
      channel.port2.postMessage(null);
    });
  }

  const number = () => document.querySelector(".hero-number")?.textContent ?? "";

  /** The rep that has come and is not on the page yet. */
  let awaited = null;
  window.WebSocket = class extends window.WebSocket {
    constructor(...address) {
      super(...address);
      this.addEventListener("message", ({ data }) => {
        if (data.includes('"type":"velocity"')) second().batches += 1;
        if (!data.includes('"type":"rep"')) return;
        const { open_set: set, rep } = JSON.parse(data);
        awaited = { set: set.index, rep: rep.index, text: rep.mean_concentric_velocity_mps.toFixed(2) };
      });
    }
  };
  new MutationObserver(() => {
    if (awaited === null || !number().includes(awaited.text)) return;
    const { set, rep } = awaited;
    awaited = null;
    afterPaint(() => probe.reps.push([set, rep, Date.now() / 1000]));
  }).observe(document, { childList: true, characterData: true, subtree: true });

  let isDrawn = false;
  const { stroke } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.stroke = function (...path) {
    isDrawn = true;
    return stroke.apply(this, path);
  };

  function second() {
    const now = Math.floor(performance.now() / 1000);
    probe.seconds[now] ??= { batches: 0, frames: 0, strip: 0 };
    return probe.seconds[now];
  }

  function onFrame() {
    second().frames += 1;
    if (isDrawn) second().strip += 1;
    isDrawn = false;
    if (probe.usableAt === null) lookWhetherUsable();
    requestAnimationFrame(onFrame);
  }
  requestAnimationFrame(onFrame);

  function lookWhetherUsable() {
    if (!/\d\.\d\d/.test(number())) return;
    if (probe.paintedAt === null) afterPaint(() => { probe.paintedAt ??= performance.now(); });
    const unit = document.getElementById("unit");
    const before = unit.textContent;
    unit.click();
    if (unit.textContent === before) return;
    unit.click();
    afterPaint(() => { probe.usableAt ??= performance.now(); });
  }

  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) probe.longTasks.push([startTime, duration]);
  }).observe({ type: "longtask", buffered: true });
})();

/** Velocity strip: a sweep, as on a heart monitor. Only new samples are drawn, so it costs next to nothing. */

const WINDOW_S = 12;
/** Wiped ahead of the pen, s. */
const WIPE_S = 0.5;
/** A longer pause than this lifts the pen, s. */
const PEN_UP_S = 0.3;
const RANGE_MPS = 1.2;
const LINE_PX = 2;

export class Strip {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.last = null;
    this.observer = new ResizeObserver(() => this.reset());
    this.observer.observe(canvas);
    this.reset();
  }

  close() {
    this.observer.disconnect();
  }

  /** Start anew: size, colours and ratio of pixels may have changed. */
  reset() {
    const ratio = window.devicePixelRatio || 1;
    const { clientWidth, clientHeight } = this.canvas;
    this.canvas.width = Math.max(1, Math.round(clientWidth * ratio));
    this.canvas.height = Math.max(1, Math.round(clientHeight * ratio));
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const style = getComputedStyle(this.canvas);
    this.ink = style.color;
    this.rule = style.borderTopColor;
    this.last = null;
    this.drawRules(0, clientWidth);
  }

  /** @param {{t_s: number[], velocity_mps: (number | null)[]}} batch */
  push(batch) {
    batch.t_s.forEach((t, i) => {
      if (batch.velocity_mps[i] !== null) this.draw(t, batch.velocity_mps[i]);
    });
  }

  draw(t, velocityMps) {
    const width = this.canvas.clientWidth;
    const x = ((t % WINDOW_S) / WINDOW_S) * width;
    const y = this.yOf(velocityMps);
    const joined = this.last && t > this.last.t && t - this.last.t < PEN_UP_S && x > this.last.x;
    const from = joined ? this.last.x : x - 1;
    const wipePx = (WIPE_S / WINDOW_S) * width;
    this.context.clearRect(from + LINE_PX, 0, x - from + wipePx, this.canvas.clientHeight);
    this.drawRules(from + LINE_PX, x - from + wipePx);
    if (joined) {
      this.context.strokeStyle = this.ink;
      this.context.lineWidth = LINE_PX;
      this.context.lineCap = "round";
      this.context.beginPath();
      this.context.moveTo(this.last.x, this.last.y);
      this.context.lineTo(x, y);
      this.context.stroke();
    }
    this.last = { t, x, y };
  }

  drawRules(x, width) {
    this.context.fillStyle = this.rule;
    for (const mps of [-1, 0, 1]) this.context.fillRect(x, Math.round(this.yOf(mps)), width, 1);
  }

  yOf(mps) {
    const height = this.canvas.clientHeight;
    const bounded = Math.max(-RANGE_MPS, Math.min(RANGE_MPS, mps));
    return height / 2 - (bounded / RANGE_MPS) * (height / 2 - LINE_PX);
  }
}

/**
 * Velocity strip: a sweep, as on a heart monitor. Only new samples are drawn, so it costs next to nothing.
 *
 * Samples come a few at once. The pen follows them at a distance, faster the further they are ahead, so that it
 * moves in every frame whatever the rhythm of the batches is. Nothing runs while nothing comes.
 */

const WINDOW_S = 12;
/** Wiped ahead of the pen, s. */
const WIPE_S = 0.5;
/** A longer pause than this lifts the pen, s. */
const PEN_UP_S = 0.3;
const RANGE_MPS = 1.2;
const LINE_PX = 2;
/** A frame is drawn at most this often, ms: every second one of a 60 Hz screen. */
const FRAME_MS = 30;
/** How far the pen is behind the newest sample, s: a little more than batches are apart. */
const BEHIND_S = 0.1;
/** Closer than this the pen has arrived, s. */
const ARRIVED_S = 0.005;
/** More samples than this never wait, as while the page is hidden: the older are older than the strip. */
const MOST_WAITING = WINDOW_S * 40;

export class Strip {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.waiting = [];
    this.frame = 0;
    this.drawnAt = 0;
    /** Where the pen is, s. */
    this.at = 0;
    this.last = null;
    this.width = 0;
    this.height = 0;
    this.onFrame = (now) => this.step(now);
    this.observer = new ResizeObserver(([entry]) => this.resize(entry.contentRect));
    this.observer.observe(canvas);
  }

  close() {
    this.observer.disconnect();
    cancelAnimationFrame(this.frame);
    this.waiting = [];
  }

  /** The size is only ever told by the observer: while a notice has the strip's place the canvas has none. */
  resize({ width, height }) {
    if (width === 0) return;
    const ratio = window.devicePixelRatio || 1;
    this.width = width;
    this.height = height;
    this.canvas.width = Math.max(1, Math.round(width * ratio));
    this.canvas.height = Math.max(1, Math.round(height * ratio));
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.context.lineWidth = LINE_PX;
    this.context.lineCap = "round";
    this.restart();
  }

  /** Begin with an empty strip, in the colours of now. */
  restart() {
    const style = getComputedStyle(this.canvas);
    this.rule = style.borderTopColor;
    this.context.strokeStyle = style.color;
    this.last = null;
    this.context.clearRect(0, 0, this.width, this.height);
    this.drawRules(0, this.width);
  }

  /** @param {{t_s: number[], velocity_mps: (number | null)[]}} batch */
  push({ t_s: times, velocity_mps: velocities }) {
    for (let i = 0; i < times.length; i += 1) {
      if (velocities[i] !== null) this.waiting.push(times[i], velocities[i]);
    }
    if (this.waiting.length > 2 * MOST_WAITING) this.waiting.splice(0, this.waiting.length - 2 * MOST_WAITING);
    if (this.frame !== 0 || this.waiting.length === 0) return;
    this.drawnAt = performance.now();
    this.frame = requestAnimationFrame(this.onFrame);
  }

  step(now) {
    this.frame = 0;
    if (now - this.drawnAt >= FRAME_MS) {
      this.follow((now - this.drawnAt) / 1000);
      this.drawnAt = now;
    }
    if (this.waiting.length > 0) this.frame = requestAnimationFrame(this.onFrame);
  }

  /** Move the pen on; between two samples it is on the line that joins them. */
  follow(passedS) {
    const { waiting } = this;
    const newest = waiting.at(-2);
    if (this.last === null || waiting[0] - this.at > PEN_UP_S || newest < this.at) this.at = waiting[0];
    const ahead = newest - this.at;
    this.at = ahead < ARRIVED_S ? newest : Math.min(newest, this.at + (passedS * ahead) / BEHIND_S);
    let n = 0;
    while (n < waiting.length && waiting[n] <= this.at) {
      this.draw(waiting[n], waiting[n + 1]);
      n += 2;
    }
    waiting.splice(0, n);
    if (waiting.length === 0 || this.last === null || waiting[0] - this.last.t > PEN_UP_S || this.at <= this.last.t) return;
    const share = (this.at - this.last.t) / (waiting[0] - this.last.t);
    this.draw(this.at, this.last.mps + share * (waiting[1] - this.last.mps));
  }

  draw(t, velocityMps) {
    const { context, width, height, last } = this;
    const x = ((t % WINDOW_S) / WINDOW_S) * width;
    const y = this.yOf(velocityMps);
    const joined = last !== null && t > last.t && t - last.t < PEN_UP_S && x > last.x;
    const from = joined ? last.x : x - 1;
    const wipePx = (WIPE_S / WINDOW_S) * width;
    context.clearRect(from + LINE_PX, 0, x - from + wipePx, height);
    this.drawRules(from + LINE_PX, x - from + wipePx);
    if (joined) {
      context.beginPath();
      context.moveTo(last.x, last.y);
      context.lineTo(x, y);
      context.stroke();
    }
    this.last = { t, mps: velocityMps, x, y };
  }

  drawRules(x, width) {
    this.context.fillStyle = this.rule;
    for (const mps of [-1, 0, 1]) this.context.fillRect(x, Math.round(this.yOf(mps)), width, 1);
  }

  yOf(mps) {
    const bounded = Math.max(-RANGE_MPS, Math.min(RANGE_MPS, mps));
    return this.height / 2 - (bounded / RANGE_MPS) * (this.height / 2 - LINE_PX);
  }
}

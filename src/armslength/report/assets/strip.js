// The strip: above, how many encounters when; below, each one by time and by its share of the minima.
const STRIP = { canvas: $("strip-canvas"), drag: null, left: 46, right: 14, w: 0, h: 0 };
const SPANS = [10, 30, 60, 300, 600, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800].map((s) => s * 1000);

function strippedSpan() {
  let from = Date.parse(DATA.time[0] || ""), to = Date.parse(DATA.time[1] || "");
  if (Number.isNaN(from) || Number.isNaN(to)) { from = Infinity; to = -Infinity; }
  for (let i = 0; i < COUNT; i++) { from = Math.min(from, timeOf(i)); to = Math.max(to, timeOf(i)); }
  if (!(to > from)) { from = (COUNT ? from : DATA.t0) - 60000; to = from + 120000; }
  return [from, to];
}
const [T_FROM, T_TO] = strippedSpan();
const stripX = (t) => STRIP.left + (t - T_FROM) / (T_TO - T_FROM) * (STRIP.w - STRIP.left - STRIP.right);
const stripT = (px) => T_FROM + Math.min(1, Math.max(0, (px - STRIP.left) / (STRIP.w - STRIP.left - STRIP.right))) * (T_TO - T_FROM);
const stripY = (r, top, bottom) => bottom - Math.min(1, r ?? 1) * (bottom - top);

function drawStrip() {
  const { g, width, height } = sized(STRIP.canvas);
  if (!width) return;
  STRIP.w = width; STRIP.h = height;
  const bars = [8, 66], cloud = [84, height - 26];
  g.clearRect(0, 0, width, height);
  g.font = "11px system-ui, sans-serif";
  timeGrid(g, height);
  drawBars(g, bars);
  drawCloud(g, cloud);
  if (chosen.from !== null || STRIP.drag) {
    const [a, b] = STRIP.drag ? [...STRIP.drag].sort((p, q) => p - q) : [stripX(chosen.from), stripX(chosen.to)];
    g.fillStyle = INK.panel; g.globalAlpha = 0.72;
    g.fillRect(STRIP.left, 0, a - STRIP.left, height - 22); g.fillRect(b, 0, width - STRIP.right - b, height - 22);
    g.globalAlpha = 1; g.strokeStyle = INK.accent; g.lineWidth = 1.5;
    g.strokeRect(a, 1, Math.max(1, b - a), height - 24);
  }
}
function timeGrid(g, height) {
  const span = SPANS.find((s) => (T_TO - T_FROM) / s <= Math.max(3, (STRIP.w - 60) / 95)) || SPANS[SPANS.length - 1] * 4;
  g.strokeStyle = INK.grid; g.fillStyle = INK.soft; g.lineWidth = 1; g.textAlign = "center";
  for (let t = Math.ceil(T_FROM / span) * span; t <= T_TO; t += span) {
    const x = stripX(t);
    g.beginPath(); g.moveTo(x, 4); g.lineTo(x, height - 22); g.stroke();
    const midnight = t % 86400000 === 0;
    if (x > STRIP.left + 12 && x < STRIP.w - 30) g.fillText(midnight ? day(t).slice(5) : iso(t).slice(11, span < 60000 ? 19 : 16), x, height - 8);
  }
  g.textAlign = "start"; g.fillText("UTC", 8, height - 8);
}
function drawBars(g, [top, bottom]) {
  const count = Math.max(12, Math.min(120, Math.floor((STRIP.w - 60) / 10)));
  const bins = Array.from({ length: count }, () => [0, 0, 0]);
  for (const i of visible) {
    const bin = Math.min(count - 1, Math.floor((timeOf(i) - T_FROM) / (T_TO - T_FROM) * count));
    bins[bin][certaintyOf(i)]++;
  }
  const most = Math.max(1, ...bins.map((bin) => bin[0] + bin[1] + bin[2]));
  const wide = (STRIP.w - STRIP.left - STRIP.right) / count, tall = (bottom - top) / most;
  bins.forEach((bin, k) => {
    let y = bottom;
    bin.forEach((n, certainty) => {
      if (!n) return;
      const x = STRIP.left + k * wide + 0.5, h = Math.max(1, n * tall), w = Math.max(1, wide - 1);
      y -= h;
      g.fillStyle = g.strokeStyle = INK.ink; g.lineWidth = 1;
      if (certainty === 0) { g.globalAlpha = 0.75; g.fillRect(x, y, w, h); }
      else if (certainty === 1) { g.globalAlpha = 0.35; g.fillRect(x, y, w, h); }
      else { g.globalAlpha = 0.6; g.setLineDash([2, 2]); g.strokeRect(x + 0.5, y + 0.5, Math.max(0.5, w - 1), Math.max(0.5, h - 1)); g.setLineDash([]); }
      g.globalAlpha = 1;
    });
  });
  g.strokeStyle = INK.line; g.beginPath(); g.moveTo(STRIP.left, bottom + 0.5); g.lineTo(STRIP.w - STRIP.right, bottom + 0.5); g.stroke();
  g.fillStyle = INK.soft; g.textAlign = "end";
  g.fillText(String(most), STRIP.left - 6, top + 9); g.fillText("0", STRIP.left - 6, bottom); g.textAlign = "start";
  g.fillText("encounters", STRIP.left + 6, top + 9);
}
function drawCloud(g, [top, bottom]) {
  g.strokeStyle = INK.grid; g.fillStyle = INK.soft; g.lineWidth = 1; g.textAlign = "end";
  for (const r of [0, 0.5, 1]) {
    const y = Math.round(stripY(r, top, bottom)) + 0.5;
    g.strokeStyle = r === 0.5 ? INK.grid : INK.line;
    g.beginPath(); g.moveTo(STRIP.left, y); g.lineTo(STRIP.w - STRIP.right, y); g.stroke();
    g.fillText(`${100 * r} %`, STRIP.left - 6, y + 4);
  }
  g.textAlign = "start";
  const size = Math.max(2.2, 5 - Math.log10(visible.length + 1) * 0.8);
  for (let k = visible.length - 1; k >= 0; k--) {
    const i = visible[k];
    mark(g, i, stripX(timeOf(i)), stripY(ROWS.r[i], top, bottom), size);
  }
  if (chosen.at >= 0) {
    g.beginPath(); g.arc(stripX(timeOf(chosen.at)), stripY(ROWS.r[chosen.at], top, bottom), size * 2.2, 0, 2 * Math.PI);
    g.strokeStyle = INK.accent; g.lineWidth = 2; g.stroke();
  }
  g.fillStyle = INK.soft; g.fillText("share of the minima", STRIP.left + 6, bottom - 6);
  STRIP.cloud = [top, bottom];
}

function nearestOnStrip(px, py) {
  let best = -1, least = 12;
  for (const i of visible) {
    const away = Math.hypot(stripX(timeOf(i)) - px, stripY(ROWS.r[i], ...STRIP.cloud) - py);
    if (away < least) { least = away; best = i; }
  }
  return best;
}
function choose(from, to) {
  chosen.from = from; chosen.to = to;
  $("time-all").hidden = from === null;
  $("time-said").textContent = from === null ? "" : `${day(from)} ${clock(from)} to ${day(from) === day(to) ? "" : day(to) + " "}${clock(to)} UTC`;
  refresh();
}
function handleStrip() {
  const canvas = STRIP.canvas;
  let start = null;
  canvas.addEventListener("pointerdown", (event) => { start = event.offsetX; canvas.setPointerCapture(event.pointerId); });
  canvas.addEventListener("pointermove", (event) => {
    if (start === null) { tell(nearestOnStrip(event.offsetX, event.offsetY)); return; }
    if (Math.abs(event.offsetX - start) > 4) { STRIP.drag = [start, event.offsetX]; later(drawStrip); }
  });
  const end = (event) => {
    if (start === null) return;
    const drag = STRIP.drag;
    start = null; STRIP.drag = null;
    if (drag && event.type === "pointerup") choose(...drag.map(stripT).sort((a, b) => a - b));
    else if (event.type === "pointerup") { const i = nearestOnStrip(event.offsetX, event.offsetY); if (i >= 0) goTo(i); }
    later(drawStrip);
  };
  canvas.addEventListener("pointerup", end);
  canvas.addEventListener("pointercancel", end);
  canvas.addEventListener("pointerleave", () => { if (start === null) tell(-1); });
  $("time-all").addEventListener("click", () => choose(null, null));
}

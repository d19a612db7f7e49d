// The map: coasts, borders, traffic, areas, graticule, scale bar, and the encounters on top.
const PLANE = { projection: DATA.proj, coasts: lines(DATA.coasts), borders: lines(DATA.borders) };
PLANE.areas = DATA.areas.map((area) => ({ ...area, points: area.ring ? lines(area.ring)[0] : [] }));
const MAP = { canvas: $("map-canvas"), tip: $("map-tip"), say: $("map-say"), place: $("map-place"), cx: 0, cy: 0, mpp: 1, w: 0, h: 0, moved: false };

// Spherical stereographic or plate carrée, as projection.py.
function forward(lat, lon) {
  const p = PLANE.projection, rad = Math.PI / 180;
  const east = ((((lon - p.lon + 180) % 360) + 360) % 360 - 180) * rad, north = lat * rad, mid = p.lat * rad;
  if (p.world) return [p.radius * east, p.radius * north];
  const c = Math.sin(mid) * Math.sin(north) + Math.cos(mid) * Math.cos(north) * Math.cos(east);
  if (c < -0.5) return null;
  const k = 2 * p.radius / (1 + c);
  return [k * Math.cos(north) * Math.sin(east),
    k * (Math.cos(mid) * Math.sin(north) - Math.sin(mid) * Math.cos(north) * Math.cos(east))];
}
function inverse(x, y) {
  const p = PLANE.projection, deg = 180 / Math.PI;
  if (p.world) return [y / p.radius * deg, wrap(p.lon + x / p.radius * deg)];
  const rho = Math.hypot(x, y), mid = p.lat / deg;
  if (rho === 0) return [p.lat, p.lon];
  const c = 2 * Math.atan2(rho, 2 * p.radius);
  const lat = Math.asin(Math.cos(c) * Math.sin(mid) + y * Math.sin(c) * Math.cos(mid) / rho);
  const lon = Math.atan2(x * Math.sin(c), rho * Math.cos(mid) * Math.cos(c) - y * Math.sin(mid) * Math.sin(c));
  return [lat * deg, wrap(p.lon + lon * deg)];
}
const wrap = (lon) => (((lon + 180) % 360) + 360) % 360 - 180;
function metresBetween(a, b) {
  const rad = Math.PI / 180, dLat = (b[0] - a[0]) * rad, dLon = (b[1] - a[1]) * rad;
  const h = Math.sin(dLat / 2) ** 2 + Math.cos(a[0] * rad) * Math.cos(b[0] * rad) * Math.sin(dLon / 2) ** 2;
  return 2 * PLANE.projection.radius * Math.asin(Math.min(1, Math.sqrt(h)));
}
const toX = (x) => MAP.w / 2 + (x - MAP.cx) / MAP.mpp, toY = (y) => MAP.h / 2 - (y - MAP.cy) / MAP.mpp;
const fromX = (px) => MAP.cx + (px - MAP.w / 2) * MAP.mpp, fromY = (py) => MAP.cy - (py - MAP.h / 2) * MAP.mpp;

function fit() {
  MAP.moved = false;
  const [x0, y0, x1, y1] = DATA.view;
  MAP.cx = (x0 + x1) / 2; MAP.cy = (y0 + y1) / 2;
  MAP.mpp = Math.max((x1 - x0) / Math.max(50, MAP.w - 40), (y1 - y0) / Math.max(50, MAP.h - 60));
}
function limit() {
  const [x0, y0, x1, y1] = DATA.window;
  MAP.mpp = Math.min(Math.max(MAP.mpp, 2), Math.max((x1 - x0) / MAP.w, (y1 - y0) / MAP.h));
  MAP.cx = Math.min(Math.max(MAP.cx, x0), x1);
  MAP.cy = Math.min(Math.max(MAP.cy, y0), y1);
}
function zoom(factor, px = MAP.w / 2, py = MAP.h / 2) {
  const x = fromX(px), y = fromY(py);
  MAP.moved = true;
  MAP.mpp /= factor; limit();
  MAP.cx = x - (px - MAP.w / 2) * MAP.mpp; MAP.cy = y + (py - MAP.h / 2) * MAP.mpp;
  limit(); later(drawMap);
}

function trace(g, points) {
  for (let i = 0; i < points.length; i += 2) {
    const px = toX(points[i]), py = toY(points[i + 1]);
    if (i) g.lineTo(px, py); else g.moveTo(px, py);
  }
}
// Whether a line can show at all: its bounds are found once and kept.
const BOUNDS = new WeakMap();
function onSheet(points) {
  let box = BOUNDS.get(points);
  if (!box) {
    box = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = 0; i < points.length; i += 2) {
      box[0] = Math.min(box[0], points[i]); box[2] = Math.max(box[2], points[i]);
      box[1] = Math.min(box[1], points[i + 1]); box[3] = Math.max(box[3], points[i + 1]);
    }
    BOUNDS.set(points, box);
  }
  return toX(box[2]) > 0 && toX(box[0]) < MAP.w && toY(box[1]) > 0 && toY(box[3]) < MAP.h;
}
function stroke(g, all, colour, width, dash = []) {
  g.beginPath();
  for (const points of all) if (onSheet(points)) trace(g, points);
  g.strokeStyle = colour; g.lineWidth = width; g.setLineDash(dash); g.lineJoin = "round"; g.stroke(); g.setLineDash([]);
}

// Cells of the traffic behind, decoded once.
const TRAFFIC = (() => {
  const back = DATA.backdrop, numbers = unpacked(back.data), cells = new Float64Array(numbers.length * 3);
  let cell = 0;
  numbers.forEach((value, i) => {
    cell += Math.floor(value / 4);
    // Somewhere in its cell: when the map is drawn large, the middles of the cells would make a pattern that is not there.
    const here = (i * 0.754877666) % 1, there = (i * 0.569840291) % 1;
    cells[3 * i] = DATA.window[0] + (cell % back.columns + here) * back.cell;
    cells[3 * i + 1] = DATA.window[1] + (Math.floor(cell / back.columns) + there) * back.cell;
    cells[3 * i + 2] = value % 4;
  });
  return cells;
})();
function drawTraffic(g) {
  const size = Math.min(3, Math.max(1.1, DATA.backdrop.cell / MAP.mpp));
  g.fillStyle = INK.traffic;
  for (let weight = 0; weight < 4; weight++) {
    g.globalAlpha = 0.3 + 0.2 * weight;
    for (let i = 0; i < TRAFFIC.length; i += 3) {
      if (TRAFFIC[i + 2] !== weight) continue;
      const px = toX(TRAFFIC[i]), py = toY(TRAFFIC[i + 1]);
      if (px > -3 && py > -3 && px < MAP.w + 3 && py < MAP.h + 3) g.fillRect(px - size / 2, py - size / 2, size, size);
    }
  }
  g.globalAlpha = 1;
}

const DEGREES = [1 / 60, 1 / 30, 1 / 12, 1 / 6, 0.25, 0.5, 1, 2, 5, 10, 15, 30];
const degrees = (value, signs) => {
  const size = Math.abs(value) + 1e-9, whole = Math.floor(size), minutes = Math.round((size - whole) * 60);
  return `${whole}°${minutes ? String(minutes).padStart(2, "0") + "′" : ""}${Math.abs(value) < 1e-6 ? "" : signs[value < 0 ? 1 : 0]}`;
};
function graticule(g) {
  const corners = [[0, 0], [MAP.w / 2, 0], [MAP.w, 0], [0, MAP.h / 2], [MAP.w, MAP.h / 2], [0, MAP.h], [MAP.w / 2, MAP.h], [MAP.w, MAP.h]]
    .map(([px, py]) => inverse(fromX(px), fromY(py)));
  const middle = inverse(MAP.cx, MAP.cy);
  const pole = [90, -90].some((lat) => { const p = forward(lat, 0); return p && inView(p); });
  let south = Math.min(...corners.map((c) => c[0])), north = Math.max(...corners.map((c) => c[0]));
  let west = Math.min(...corners.map((c) => wrap(c[1] - middle[1]))), east = Math.max(...corners.map((c) => wrap(c[1] - middle[1])));
  if (pole) { west = -180; east = 180; if (middle[0] > 0) north = 90; else south = -90; }
  if (PLANE.projection.world) { west = -180; east = 180; }
  const across = DEGREES.find((s) => (north - south) / s <= 6) || 30;
  const along = pole ? 30 : DEGREES.find((s) => (east - west) / s <= 8) || 30;
  g.strokeStyle = INK.grid; g.lineWidth = 1; g.fillStyle = INK.soft; g.font = "11px system-ui, sans-serif";
  const names = [];
  const draw = (name, points, atLeft) => {
    g.beginPath();
    let down = false, label = null;
    for (const point of points) {
      const plane = forward(...point), px = plane && toX(plane[0]), py = plane && toY(plane[1]);
      if (!plane || Math.abs(px) > 2e4 || Math.abs(py) > 2e4) { down = false; continue; }
      if (down) g.lineTo(px, py); else g.moveTo(px, py);
      down = true;
      const inside = px > -1 && py > -1 && px < MAP.w && py < MAP.h;
      if (inside && (!label || (atLeft ? px < label[0] : py < label[1]))) label = [px, py];
    }
    g.stroke();
    if (label) names.push([name, label, atLeft]);
  };
  const fine = (from, to, make) => Array.from({ length: 121 }, (_, k) => make(from + (to - from) * k / 120));
  for (let lat = Math.ceil(south / across) * across; lat <= Math.min(north, 89.99); lat += across)
    draw(degrees(lat, "NS"), fine(west, east, (d) => [lat, middle[1] + d]), true);
  const start = Math.ceil((middle[1] + west) / along) * along;
  for (let lon = start; lon <= middle[1] + east + 1e-9; lon += along)
    draw(degrees(wrap(lon), "EW"), fine(Math.min(north, 89.99), Math.max(south, -89.99), (lat) => [lat, lon]), false);
  for (const [name, [px, py], atLeft] of names) {
    if (atLeft) { if (px < 60 && py > 34 && py < MAP.h - 50) g.fillText(name, 6, py - 4); }
    else if (py < 60 && px > 60 && px < MAP.w - 70) g.fillText(name, px + 4, 14);
  }
}
const inView = ([x, y]) => { const px = toX(x), py = toY(y); return px > 0 && py > 0 && px < MAP.w && py < MAP.h; };

function scaleBar(g) {
  const y = MAP.h - 16, here = inverse(MAP.cx - 50 * MAP.mpp, MAP.cy), there = inverse(MAP.cx + 50 * MAP.mpp, MAP.cy);
  const perPixel = metresBetween(here, there) / 100;
  const round = (value) => { const size = 10 ** Math.floor(Math.log10(value)); return [5, 2, 1].find((k) => k * size <= value) * size; };
  g.strokeStyle = g.fillStyle = INK.ink; g.lineWidth = 1.5; g.font = "11px system-ui, sans-serif";
  [[NM, "NM", y - 12, -1], [1000, "km", y, 1]].forEach(([unit, name, at]) => {
    const length = round(150 * perPixel / unit), px = length * unit / perPixel;
    g.beginPath(); g.moveTo(14, at - 4); g.lineTo(14, at); g.lineTo(14 + px, at); g.lineTo(14 + px, at - 4); g.stroke();
    g.fillText(`${grouped(length)} ${name}`, 14 + px + 6, at + 2);
  });
}

function drawAreas(g) {
  for (const area of PLANE.areas) {
    const colour = area.kind === "exempt" ? INK.exempt : INK.area;
    g.beginPath(); trace(g, area.points); g.closePath();
    g.fillStyle = colour; g.globalAlpha = 0.07; g.fill(); g.globalAlpha = 1;
    g.strokeStyle = colour; g.lineWidth = 1.5; g.setLineDash(area.kind === "exempt" ? [2, 4] : [10, 4]); g.stroke(); g.setLineDash([]);
  }
}
// The names of the areas, each where it covers least: no other name, no button, no mark, no edge of an area.
function nameAreas(g, r) {
  const frame = MAP.canvas.getBoundingClientRect(), buttons = document.querySelector(".zoom").getBoundingClientRect();
  const taken = [[0, MAP.h - 46, 190, MAP.h, 50]];
  if (buttons.width) taken.push([buttons.left - frame.left - 4, buttons.top - frame.top - 4, buttons.right - frame.left + 4, buttons.bottom - frame.top + 4, 50]);
  for (const i of visible.slice(0, 1500)) {
    const at = spot(i), reach = r * (breachOf(i) ? 2 : 1.4);
    if (at) taken.push([at[0] - reach, at[1] - reach, at[0] + reach, at[1] + reach, 10]);
  }
  const edges = PLANE.areas.map((area) => along(area.points));
  for (const [x, y] of edges.flat()) taken.push([x, y, x, y, 1]);
  g.font = "600 11px system-ui, sans-serif"; g.lineWidth = 3; g.lineJoin = "round"; g.strokeStyle = INK.sea;
  PLANE.areas.forEach((area, k) => {
    const said = area.kind === "exempt" ? `${area.name} (exempt)` : area.name, wide = g.measureText(said).width;
    const top = Math.min(...edges[k].map((p) => p[1])), every = Math.ceil(edges[k].length / 60);
    let best = null, least = Infinity;
    edges[k].forEach(([x, y], n) => {
      if (n % every) return;
      const mid = Math.max(4, Math.min(x - wide / 2, MAP.w - 4 - wide));
      for (const [left, base] of [[mid, y - 7], [mid, y + 16], [x + 8, y + 4], [x - wide - 8, y + 4], [mid, y - 18], [mid, y + 27]]) {
        if (left < 4 || base < 30 || left + wide > MAP.w - 4 || base > MAP.h - 6) continue;
        let cost = 0.01 * (base - top);
        for (const [x0, y0, x1, y1, weight] of taken)
          if (x0 < left + wide + 2 && x1 > left - 2 && y0 < base + 4 && y1 > base - 11) cost += weight;
        if (cost < least) { least = cost; best = [left, base]; }
      }
    });
    if (!best) return;
    taken.push([best[0], best[1] - 11, best[0] + wide, best[1] + 4, 50]);
    g.strokeText(said, ...best);
    g.fillStyle = area.kind === "exempt" ? INK.exempt : INK.area; g.fillText(said, ...best);
  });
}
// Points of a closed line on the sheet, not more than some pixels apart.
function along(points) {
  const out = [], count = points.length / 2;
  for (let i = 0; i < count; i++) {
    const j = (i + 1) % count, x = toX(points[2 * i]), y = toY(points[2 * i + 1]);
    const dx = toX(points[2 * j]) - x, dy = toY(points[2 * j + 1]) - y, steps = Math.min(200, Math.ceil(Math.hypot(dx, dy) / 8) || 1);
    for (let k = 0; k < steps; k++) {
      const px = x + dx * k / steps, py = y + dy * k / steps;
      if (px > 0 && py > 0 && px < MAP.w && py < MAP.h) out.push([px, py]);
    }
  }
  return out;
}

const radius = () => Math.max(3, Math.min(6.5, 9 - Math.log10(visible.length + 1) * 1.6) * Math.min(1.5, Math.max(1, 400 / MAP.mpp / 3)));
const spot = (i) => (ROWS.x[i] === null ? null : [toX(ROWS.x[i] * DATA.unit), toY(ROWS.y[i] * DATA.unit)]);
function drawMap() {
  const { g, width, height } = sized(MAP.canvas);
  if (!width || !height) return;
  if (width !== MAP.w || height !== MAP.h) { // another window, or paper: the same stretch of country
    if (MAP.moved) MAP.mpp *= MAP.w / width;
    MAP.w = width; MAP.h = height;
    if (!MAP.moved) fit();
    limit();
  }
  g.fillStyle = INK.sea; g.fillRect(0, 0, width, height);
  graticule(g);
  stroke(g, PLANE.borders, INK.border, 1, [5, 3]);
  stroke(g, PLANE.coasts, INK.coast, 1.25);
  drawTraffic(g);
  drawAreas(g);
  const r = radius();
  for (let k = visible.length - 1; k >= 0; k--) { // the gravest are first in the data, so they are drawn last
    const at = spot(visible[k]);
    if (at && at[0] > -20 && at[1] > -20 && at[0] < width + 20 && at[1] < height + 20) mark(g, visible[k], at[0], at[1], r);
  }
  nameAreas(g, r);
  if (chosen.at >= 0) halo(g, spot(chosen.at), r);
  scaleBar(g);
}
function halo(g, at, r) {
  if (!at) return;
  g.beginPath(); g.arc(at[0], at[1], r * 2.3, 0, 2 * Math.PI);
  g.strokeStyle = INK.accent; g.lineWidth = 2; g.stroke();
  mark(g, chosen.at, at[0], at[1], r * 1.25);
}

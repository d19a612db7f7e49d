// Moving the map with pointer, wheel, fingers and keys, and asking it for facts.
let pending = new Set();
function later(work) {
  if (!pending.size) requestAnimationFrame(() => { const all = pending; pending = new Set(); all.forEach((one) => one()); });
  pending.add(work);
}

function nearest(px, py, reach) {
  let best = -1, least = reach, others = 0;
  for (const i of visible) {
    const at = spot(i);
    if (!at) continue;
    const away = Math.hypot(at[0] - px, at[1] - py);
    if (away < reach) others++;
    if (away < least) { least = away; best = i; }
  }
  return [best, others - 1];
}

function tell(i, others = 0) {
  chosen.at = i;
  later(drawMap); later(drawStrip);
  MAP.tip.hidden = i < 0;
  if (i < 0) return;
  const at = spot(i);
  if (!at) { MAP.tip.hidden = true; return; }
  MAP.tip.replaceChildren(...facts(i), ...(others > 0 ? [element("span", { class: "soft" }, `and ${others} more here`)] : []));
  const box = MAP.tip.getBoundingClientRect();
  const left = at[0] + 16 + box.width > MAP.w ? at[0] - box.width - 16 : at[0] + 16;
  MAP.tip.style.left = Math.max(4, left) + "px";
  MAP.tip.style.top = Math.min(Math.max(4, at[1] - box.height / 2), Math.max(4, MAP.h - box.height - 4)) + "px";
}

function step(by) {
  if (!visible.length) return;
  const now = visible.indexOf(chosen.at);
  const i = visible[now < 0 ? (by > 0 ? 0 : visible.length - 1) : (now + by + visible.length) % visible.length];
  if (ROWS.x[i] !== null) {
    const at = spot(i);
    if (at[0] < 30 || at[1] < 30 || at[0] > MAP.w - 30 || at[1] > MAP.h - 30) {
      MAP.cx = ROWS.x[i] * DATA.unit; MAP.cy = ROWS.y[i] * DATA.unit; limit();
    }
  }
  tell(i);
  MAP.say.textContent = `${first(i)} and ${second(i)}, ${LEVEL[levelOf(i)]}, ${CERTAINTY[certaintyOf(i)]}, ` +
    `${apart(i)} at ${clock(timeOf(i))} UTC. Enter opens it.`;
}

const held = new Map();
let moved = 0;
function pointerDown(event) {
  held.set(event.pointerId, [event.offsetX, event.offsetY]);
  moved = 0;
  if (event.pointerType === "mouse") MAP.canvas.setPointerCapture(event.pointerId);
}
function pointerMove(event) {
  const now = [event.offsetX, event.offsetY], before = held.get(event.pointerId);
  if (!before) {
    const [i, others] = nearest(...now, 14);
    if (i !== chosen.at || MAP.tip.hidden === (i >= 0)) tell(i, others);
    MAP.canvas.classList.toggle("over", i >= 0);
    const [lat, lon] = inverse(fromX(now[0]), fromY(now[1]));
    MAP.place.textContent = `${Math.abs(lat).toFixed(3)}°${lat < 0 ? "S" : "N"} ${Math.abs(lon).toFixed(3)}°${lon < 0 ? "W" : "E"}`;
    return;
  }
  const other = [...held].find(([id]) => id !== event.pointerId);
  if (other) {
    const was = Math.hypot(before[0] - other[1][0], before[1] - other[1][1]);
    const is = Math.hypot(now[0] - other[1][0], now[1] - other[1][1]);
    zoom(is / Math.max(1, was), (now[0] + other[1][0]) / 2, (now[1] + other[1][1]) / 2);
  } else if (event.pointerType === "touch" && event.isPrimary) {
    MAP.cx -= (now[0] - before[0]) * MAP.mpp; // up and down scroll the page
  } else {
    MAP.cx -= (now[0] - before[0]) * MAP.mpp; MAP.cy += (now[1] - before[1]) * MAP.mpp;
  }
  moved += Math.hypot(now[0] - before[0], now[1] - before[1]);
  held.set(event.pointerId, now);
  if (moved > 4) { MAP.tip.hidden = true; MAP.canvas.classList.add("drag"); }
  MAP.moved = true;
  limit(); later(drawMap);
}
function pointerUp(event) {
  const was = held.delete(event.pointerId);
  MAP.canvas.classList.remove("drag");
  if (!was || moved > 4 || event.type === "pointercancel") return;
  const touch = event.pointerType === "touch";
  const [i, others] = nearest(event.offsetX, event.offsetY, touch ? 24 : 14);
  if (touch && i !== chosen.at) { tell(i, others); return; } // the first tap tells, the second opens
  if (i >= 0) goTo(i);
}

function key(event) {
  const by = 60 * MAP.mpp, old = [MAP.cx, MAP.cy, MAP.mpp];
  switch (event.key) {
    case "ArrowLeft": MAP.cx -= by; break;
    case "ArrowRight": MAP.cx += by; break;
    case "ArrowUp": MAP.cy += by; break;
    case "ArrowDown": MAP.cy -= by; break;
    case "+": case "=": zoom(1.5); break;
    case "-": zoom(1 / 1.5); break;
    case "0": fit(); break;
    case "n": step(1); break;
    case "p": step(-1); break;
    case "Enter": if (chosen.at >= 0) goTo(chosen.at); break;
    case "Escape": tell(-1); break;
    default: return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) { [MAP.cx, MAP.cy, MAP.mpp] = old; return; }
  if (event.key.startsWith("Arrow")) MAP.moved = true;
  event.preventDefault();
  limit(); later(drawMap);
}

function handleMap() {
  const canvas = MAP.canvas;
  canvas.addEventListener("pointerdown", pointerDown);
  canvas.addEventListener("pointermove", pointerMove);
  canvas.addEventListener("pointerup", pointerUp);
  canvas.addEventListener("pointercancel", pointerUp);
  canvas.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse" && !held.size) { tell(-1); MAP.place.textContent = ""; } });
  canvas.addEventListener("keydown", key);
  // The wheel belongs to the page until the map has been clicked, or Ctrl is held.
  canvas.addEventListener("wheel", (event) => {
    if (!(event.ctrlKey || event.metaKey || document.activeElement === canvas)) return;
    event.preventDefault();
    zoom(2 ** (-event.deltaY * (event.deltaMode ? 0.08 : 0.003)), event.offsetX, event.offsetY);
  }, { passive: false });
  $("map-in").addEventListener("click", () => zoom(1.6));
  $("map-out").addEventListener("click", () => zoom(1 / 1.6));
  $("map-fit").addEventListener("click", () => { fit(); limit(); later(drawMap); });
}

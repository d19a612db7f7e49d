// The marks of encounters on a canvas, the same as symbol() in drawing.py draws them.
function outline(g, level, x, y, r, half) {
  g.beginPath();
  if (level === 0) {
    const k = r * 1.26;
    g.moveTo(x, y - k);
    if (!half) g.lineTo(x + k, y);
    g.lineTo(x, y + k); g.lineTo(x - k, y); g.closePath();
  } else if (half) g.arc(x, y, r, Math.PI / 2, -Math.PI / 2);
  else g.arc(x, y, r, 0, 2 * Math.PI);
}

function mark(g, i, x, y, r) {
  const level = levelOf(i), certainty = certaintyOf(i), colour = level === 0 ? INK.near : INK.inside;
  g.lineWidth = Math.max(1, r * 0.24);
  g.strokeStyle = g.fillStyle = colour;
  if (breachOf(i)) { g.beginPath(); g.arc(x, y, r * 1.75, 0, 2 * Math.PI); g.stroke(); }
  outline(g, level, x, y, r, false);
  if (certainty === 0) {
    g.fill();
    g.strokeStyle = INK.panel; g.lineWidth = 0.8; g.stroke();
    return;
  }
  g.fillStyle = INK.panel; g.fill();
  if (certainty === 2) g.setLineDash([r * 0.55, r * 0.4]);
  g.stroke();
  g.setLineDash([]);
  if (certainty === 1) { outline(g, level, x, y, r, true); g.fillStyle = colour; g.fill(); }
}

// A canvas as sharp as the screen, in its style's size.
function sized(canvas) {
  const box = canvas.getBoundingClientRect(), ratio = Math.max(1, window.devicePixelRatio || 1);
  const width = Math.round(box.width), height = Math.round(box.height);
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const g = canvas.getContext("2d");
  g.setTransform(ratio, 0, 0, ratio, 0, 0);
  return { g, width, height, ratio };
}

function facts(i) {
  const parts = [
    element("b", {}, `${first(i)} – ${second(i)}`),
    element("span", { class: levelOf(i) === 0 ? "near" : "in" },
      `${said("ls", i)}, ${CERTAINTY[certaintyOf(i)]}${breachOf(i) ? ", breach" : ""}`),
    element("span", {}, apart(i)),
    element("span", {}, `${day(timeOf(i))} ${clock(timeOf(i))} UTC`),
    element("span", {}, `${said("is", i)} for ${said("ss", i)}`),
  ];
  if (STRINGS[ROWS.note[i]]) parts.push(element("span", { class: "soft" }, STRINGS[ROWS.note[i]]));
  parts.push(element("span", { class: "soft" }, CARDS.has(i) ? "Click or Enter: its card" : "Click or Enter: its row"));
  return parts;
}

// From the map, the strip or the keyboard to the place that tells all about an encounter.
function goTo(i) {
  const card = $("e" + ROWS.n[i]);
  if (!card) { revealRow(i); return; }
  card.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "start" });
  card.classList.remove("flash");
  void card.offsetWidth;
  card.classList.add("flash");
  card.focus({ preventScroll: true });
}
const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;

// Data, units and colours. Everything below runs inside one function that assets/main.js closes; nothing is fetched.
const DATA = JSON.parse(document.getElementById("data").textContent);
const ROWS = DATA.rows, STRINGS = DATA.strings, COUNT = ROWS.n.length;
const NM = 1852;
const LEVEL = ["near miss", "inside"], CERTAINTY = ["certain", "possible", "not determinable"];
const CARDS = new Set(DATA.cards);
const $ = (id) => document.getElementById(id);

// Zigzag LEB128 in base64, as packing.py writes it.
function unpacked(text) {
  const raw = atob(text), out = [];
  let value = 0, factor = 1;
  for (let i = 0; i < raw.length; i++) {
    const byte = raw.charCodeAt(i);
    value += (byte & 127) * factor;
    if (byte > 127) { factor *= 128; continue; }
    out.push(value % 2 ? -(value + 1) / 2 : value / 2);
    value = 0; factor = 1;
  }
  return out;
}

// Lines of points in metres on the plane, from packed_lines.
function lines(text) {
  const numbers = unpacked(text), out = [];
  let at = 0, x = 0, y = 0;
  while (at < numbers.length) {
    const count = numbers[at++], points = new Float64Array(2 * count);
    for (let i = 0; i < count; i++) {
      points[2 * i] = (x += numbers[at++]) * DATA.unit;
      points[2 * i + 1] = (y += numbers[at++]) * DATA.unit;
    }
    out.push(points);
  }
  return out;
}

function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key === "class") made.className = value; else made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null && child !== ""));
  return made;
}

const levelOf = (i) => Math.floor(ROWS.k[i] / 3) % 2;
const certaintyOf = (i) => ROWS.k[i] % 3;
const breachOf = (i) => ROWS.k[i] >= 6;
const timeOf = (i) => DATA.t0 + ROWS.t[i];
const first = (i) => STRINGS[ROWS.ac[i]] || STRINGS[ROWS.a[i]];
const second = (i) => STRINGS[ROWS.bc[i]] || STRINGS[ROWS.b[i]];
const grouped = (value) => value.toLocaleString("en-US");

// Distances, bounds and times as words.py wrote them.
const said = (key, i) => STRINGS[ROWS[key][i]];
const apart = (i) => `${said("hs", i)} and ${said("vs", i)} apart`;
const iso = (ms) => new Date(Math.round(ms / 1000) * 1000).toISOString();
const clock = (ms) => iso(ms).slice(11, 19);
const day = (ms) => iso(ms).slice(0, 10);
const share = (r) => (r === null ? "unknown" : `${(100 * r).toFixed(r < 0.0995 ? 1 : 0)} %`);

// Colours come from the style sheet, which knows day, night and print.
let INK = {};
function readColours() {
  const style = getComputedStyle(document.documentElement);
  for (const name of ["ink", "soft", "line", "paper", "panel", "sea", "coast", "border", "traffic", "near", "inside",
    "area", "exempt", "grid", "accent"]) INK[name] = style.getPropertyValue("--" + name).trim();
}

// What is shown, and who wants to know when it changes.
const chosen = { kinds: new Set([0, 1, 2, 3, 4, 5]), from: null, to: null, text: "", party: "", at: -1 };
const listeners = [];
let visible = [];
const haystack = [];
function refresh() {
  const words = chosen.text.toLowerCase().split(/\s+/).filter(Boolean);
  visible = [];
  for (let i = 0; i < COUNT; i++) {
    if (!chosen.kinds.has(ROWS.k[i] % 6)) continue;
    const t = timeOf(i);
    if (chosen.from !== null && (t < chosen.from || t > chosen.to)) continue;
    if (chosen.party && chosen.party !== pairOf(i)) continue;
    if (words.length && !words.every((word) => hay(i).includes(word))) continue;
    visible.push(i);
  }
  for (const listener of listeners) listener();
}
function pairOf(i) {
  return [STRINGS[ROWS.ap[i]], STRINGS[ROWS.bp[i]]].sort().filter(Boolean).join(" – ");
}
function hay(i) {
  return haystack[i] ??= [ROWS.n[i], iso(timeOf(i)), ...["a", "b", "ac", "bc", "ap", "bp", "note"].map((key) => STRINGS[ROWS[key][i]]),
    LEVEL[levelOf(i)], CERTAINTY[certaintyOf(i)], breachOf(i) ? "breach" : ""].join(" ").toLowerCase();
}

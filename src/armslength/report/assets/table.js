// The table of all encounters: sorted, filtered, and drawn a hundred rows at a time.
const PAGE = 100;
const TABLE = { body: $("rows"), by: "rank", down: false, order: [], shown: 0, rows: new Map() };
const KEYS = {
  rank: (i) => i, n: (i) => ROWS.n[i], t: (i) => ROWS.t[i], first: (i) => first(i), second: (i) => second(i),
  level: (i) => ROWS.k[i] % 6, h: (i) => ROWS.h[i] ?? Infinity, v: (i) => ROWS.v[i] ?? Infinity, r: (i) => ROWS.r[i] ?? Infinity,
  s: (i) => ROWS.s[i], party: (i) => pairOf(i),
};

function symbolOf(i) {
  const source = document.querySelector(`#legend-symbols [data-kind="${ROWS.k[i]}"]`);
  return source ? source.cloneNode(true) : "";
}
function bound(text) { return text ? element("span", { class: "soft" }, ` ± ${text}`) : null; }

function row(i) {
  const open = element("button", { type: "button", class: "open", "aria-label": `Encounter ${ROWS.n[i]}: ${CARDS.has(i) ? "its card" : "on the map"}` }, String(ROWS.n[i]));
  open.addEventListener("click", () => (CARDS.has(i) ? goTo(i) : onMap(i)));
  const bar = element("i", { class: "bar" });
  bar.style.width = `${Math.min(1, ROWS.r[i] ?? 1) * 44}px`;
  const cells = [
    element("td", { class: "num" }, open),
    element("td", { class: "time" }, element("span", { class: "soft day" }, day(timeOf(i)) + " "), clock(timeOf(i))),
    element("td", { class: "who" }, first(i), element("span", { class: "soft id" }, STRINGS[ROWS.ac[i]] ? ` ${STRINGS[ROWS.a[i]]}` : "")),
    element("td", { class: "who" }, second(i), element("span", { class: "soft id" }, STRINGS[ROWS.bc[i]] ? ` ${STRINGS[ROWS.b[i]]}` : "")),
    element("td", { class: "level" }, symbolOf(i), `${LEVEL[levelOf(i)]}, ${CERTAINTY[certaintyOf(i)]}`, breachOf(i) ? element("em", { class: "breach" }, "breach") : "",
      STRINGS[ROWS.note[i]] ? element("div", { class: "note" }, STRINGS[ROWS.note[i]]) : ""),
    element("td", { class: "num" }, said("hs", i), bound(said("eh", i))),
    element("td", { class: "num" }, said("vs", i), bound(said("ev", i))),
    element("td", { class: "share" }, bar, share(ROWS.r[i])),
    element("td", { class: "num" }, said("ss", i)),
    element("td", { class: "party" }, pairOf(i)),
  ];
  const made = element("tr", {}, ...cells);
  made.addEventListener("pointerenter", () => { chosen.at = i; later(drawMap); later(drawStrip); });
  TABLE.rows.set(i, made);
  return made;
}

function more(count = PAGE) {
  const next = TABLE.order.slice(TABLE.shown, TABLE.shown + count);
  TABLE.body.append(...next.map(row));
  TABLE.shown += next.length;
  const rest = TABLE.order.length - TABLE.shown;
  $("rows-more").hidden = rest === 0;
  $("rows-more").textContent = `Show more (${grouped(rest)} left)`;
}
function drawTable() {
  const value = KEYS[TABLE.by], sign = TABLE.down ? -1 : 1, keys = new Map(visible.map((i) => [i, value(i)]));
  TABLE.order = [...visible].sort((a, b) => {
    const x = keys.get(a), y = keys.get(b);
    return (x < y ? -sign : x > y ? sign : a - b);
  });
  TABLE.shown = 0; TABLE.rows.clear();
  TABLE.body.replaceChildren();
  more();
  const all = visible.length === COUNT;
  $("rows-said").textContent = all ? `${grouped(COUNT)} in all` : `${grouped(visible.length)} of ${grouped(COUNT)}`;
  $("rows-none").hidden = visible.length > 0;
  for (const head of document.querySelectorAll("#table th[data-by]")) {
    const on = head.dataset.by === TABLE.by;
    head.setAttribute("aria-sort", on ? (TABLE.down ? "descending" : "ascending") : "none");
  }
}

function revealRow(i) {
  if (!visible.includes(i)) showAll();
  const place = TABLE.order.indexOf(i);
  if (place >= TABLE.shown) more(place - TABLE.shown + 20);
  const found = TABLE.rows.get(i);
  found.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "center" });
  found.classList.remove("flash");
  void found.offsetWidth;
  found.classList.add("flash");
  found.querySelector("button").focus({ preventScroll: true });
}
function onMap(i) {
  if (ROWS.x[i] === null) return;
  MAP.cx = ROWS.x[i] * DATA.unit; MAP.cy = ROWS.y[i] * DATA.unit;
  MAP.mpp = Math.min(MAP.mpp, 120); MAP.moved = true;
  limit(); tell(i);
  $("map").scrollIntoView({ behavior: calm ? "auto" : "smooth" });
  MAP.canvas.focus({ preventScroll: true });
}
function showAll() {
  chosen.kinds = new Set([0, 1, 2, 3, 4, 5]); chosen.text = ""; chosen.party = "";
  $("find").value = ""; $("party").value = "";
  for (const button of document.querySelectorAll("button[data-cell]")) button.setAttribute("aria-pressed", "true");
  choose(null, null);
}

function handleTable() {
  for (const head of document.querySelectorAll("#table th[data-by]")) {
    head.querySelector("button").addEventListener("click", () => {
      TABLE.down = TABLE.by === head.dataset.by ? !TABLE.down : false;
      TABLE.by = head.dataset.by;
      drawTable();
    });
  }
  let wait = 0;
  $("find").addEventListener("input", () => { clearTimeout(wait); wait = setTimeout(() => { chosen.text = $("find").value; refresh(); }, 120); });
  $("party").addEventListener("change", () => { chosen.party = $("party").value; refresh(); });
  $("rows-more").addEventListener("click", () => more());
  $("rows-all").addEventListener("click", showAll);
  new IntersectionObserver((seen) => { if (seen[0].isIntersecting && TABLE.shown < TABLE.order.length) more(); }, { root: $("table-box"), rootMargin: "400px" })
    .observe($("rows-end"));
  if (!STRINGS.some((_, k) => STRINGS[k] && (ROWS.ap.includes(k) || ROWS.bp.includes(k)))) $("table").classList.add("own");
  if (new Set(Array.from({ length: COUNT }, (_, i) => day(timeOf(i)))).size === 1) $("table").classList.add("oneday");
  const pairs = new Map();
  for (let i = 0; i < COUNT; i++) pairs.set(pairOf(i), (pairs.get(pairOf(i)) || 0) + 1);
  if (pairs.size > 1 && pairs.size <= 60) {
    for (const [pair, count] of [...pairs].sort()) $("party").append(element("option", { value: pair }, `${pair} (${grouped(count)})`));
    $("party-box").hidden = false;
  }
}

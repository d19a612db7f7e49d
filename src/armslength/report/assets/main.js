// Start: colours, filters of the tally, redrawing when the window, the palette or the paper changes.
function redraw() { readColours(); later(drawMap); later(drawStrip); }

function handleTally() {
  for (const button of document.querySelectorAll("button[data-cell]")) {
    button.addEventListener("click", () => {
      const cell = Number(button.dataset.cell), on = chosen.kinds.has(cell);
      if (on) chosen.kinds.delete(cell); else chosen.kinds.add(cell);
      button.setAttribute("aria-pressed", String(!on));
      refresh();
    });
  }
}

function handleTheme() {
  const root = document.documentElement, dark = matchMedia("(prefers-color-scheme: dark)");
  const now = () => root.dataset.theme || (dark.matches ? "night" : "day");
  const name = () => { $("theme").textContent = now() === "night" ? "Day" : "Night"; };
  $("theme").addEventListener("click", () => { root.dataset.theme = now() === "night" ? "day" : "night"; name(); redraw(); });
  dark.addEventListener("change", () => { name(); redraw(); });
  name();
}

function handlePrint() {
  const print = () => { readColours(); drawMap(); drawStrip(); };
  matchMedia("print").addEventListener("change", print);
  addEventListener("beforeprint", print);
  addEventListener("afterprint", print);
}

readColours();
listeners.push(drawTable, () => later(drawMap), () => later(drawStrip));
handleTheme(); handleTally(); handlePrint();
handleMap(); handleStrip(); handleTable();
new ResizeObserver(() => { later(drawMap); later(drawStrip); }).observe(document.querySelector("main"));
refresh();
document.documentElement.dataset.ready = "yes";

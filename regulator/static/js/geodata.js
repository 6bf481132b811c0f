/* The shapes of a geodata file on the shell's map; the table below has the same rows, and leads here. */
"use strict";

(() => {
  const frame = document.getElementById("map-frame");
  const map = globalThis.map_shell;
  if (!frame || !map) return;

  const words = JSON.parse(frame.dataset.words);
  const states = JSON.parse(frame.dataset.states);
  const barriers = JSON.parse(frame.dataset.barriers); // the words for what a barrier is
  const reasons = JSON.parse(frame.dataset.reasons);
  const status = document.getElementById("map-status");
  const number = new Intl.NumberFormat(document.documentElement.lang);
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const say = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const rows = new Map(); // number of the row → its shapes

  function node(tag, text, className) {
    const made = document.createElement(tag);
    made.textContent = text;
    if (className) made.className = className;
    return made;
  }

  /** What a shape says of itself: nodes, never markup, for the words come out of a file. */
  function card({ row, name, code, state, area, codes, reasons: said }) {
    const made = document.createElement("div");
    made.className = "map-card";
    made.append(node("h2", name || barriers[code] || code || states[state]), node("p", states[state]));
    if (row !== undefined) made.append(node("p", say(words.row, { row: number.format(row) }), "muted"));
    if (area !== undefined) made.append(node("p", say(words.square, { area: number.format(area) })));
    for (const one of codes ?? []) made.append(node("p", one, "muted"));
    for (const one of said ?? []) made.append(node("p", reasons[one] ?? one));
    return made;
  }

  function draw(data) {
    const drawn = L.geoJSON(data.features, {
      style: ({ properties }) => ({ className: `geo-shape ${properties.state}` }),
      pointToLayer: ({ properties }, at) => L.circleMarker(at, { radius: 7, className: `geo-shape ${properties.state}` }),
      onEachFeature: ({ properties }, layer) => {
        layer.bindPopup(() => card(properties));
        if (properties.row !== undefined) rows.set(properties.row, layer);
      },
    }).addTo(map);
    if (data.features.length > 0) map.fitBounds(drawn.getBounds(), { animate: false, maxZoom: 16, padding: [24, 24] });
    const shown = number.format(data.features.length);
    if (data.capped) status.textContent = say(words.capped, { shown, total: number.format(data.total) });
  }

  function show(row) {
    const layer = rows.get(row);
    if (!layer) return;
    frame.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
    if (layer.getBounds) map.fitBounds(layer.getBounds(), { animate: !calm, maxZoom: 17 });
    else map.setView(layer.getLatLng(), Math.max(map.getZoom(), 16), { animate: !calm });
    layer.openPopup();
  }

  async function load() {
    try {
      const answer = await fetch(frame.dataset.preview, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      draw(await answer.json());
    } catch {
      status.textContent = words.failed;
      return;
    }
    for (const button of document.querySelectorAll("[data-row]")) {
      const row = Number(button.dataset.row);
      button.hidden = !rows.has(row);
      button.addEventListener("click", () => show(row));
    }
  }

  L.control.zoom({ zoomInTitle: words.zoomIn, zoomOutTitle: words.zoomOut }).addTo(map);
  map.getContainer().setAttribute("role", "region");
  map.getContainer().setAttribute("aria-label", words.map);
  load();
})();

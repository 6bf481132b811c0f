/* Zones adopted for joint management over the map of estates: outlines, and the same as a list that leads to them. */
"use strict";

(() => {
  const choice = document.getElementById("map-zones");
  const list = document.getElementById("map-zones-list");
  const map = globalThis.map_shell;
  if (!choice || !map) return;

  const { credentials } = document.getElementById("map-frame").dataset;
  const NEAR = 11; // from farther off an outline would be a dot
  map.createPane("zones").classList.add("pane-420", "pane-through"); // over the shading, under the marks
  const layer = L.geoJSON(null, { pane: "zones", interactive: false, style: ({ properties: { state } }) => ({ className: `zone-outline ${state}` }) });

  function line({ geometry, properties: { code, name, street, state, word, said, url } }) {
    const made = document.createElement("li");
    made.append(sample(state));
    const go = document.createElement("button");
    go.type = "button";
    go.className = "plain";
    go.textContent = name || code;
    go.disabled = !geometry;
    go.addEventListener("click", () => map.fitBounds(L.geoJSON(geometry).getBounds(), { maxZoom: 16 }));
    made.append(go, ` ${[street, word, said].filter(Boolean).join(" · ")}`);
    if (!url) return made;
    const link = document.createElement("a");
    link.href = url;
    link.textContent = list.dataset.open;
    link.setAttribute("aria-label", `${list.dataset.open} ${name || code}`);
    made.append(" ", link);
    return made;
  }

  /* how its outline is drawn, beside the word for it */
  function sample(state) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    for (const [name, value] of Object.entries({ width: 22, height: 12, viewBox: "0 0 22 12", "aria-hidden": "true" })) made.setAttribute(name, value);
    const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
    line.setAttribute("class", `zone-outline ${state}`);
    line.setAttribute("d", "M2 2h18v8H2z");
    made.append(line);
    return made;
  }

  function say(text) {
    const made = document.createElement("li");
    made.textContent = text;
    list.replaceChildren(made);
  }

  let asking = null;

  async function load() {
    asking?.abort();
    layer.clearLayers();
    if (!choice.checked) return list.replaceChildren();
    if (map.getZoom() < NEAR) return say(list.dataset.far);
    asking = new AbortController();
    const bounds = map.getBounds();
    const address = new URL(choice.dataset.zones, location.href);
    address.searchParams.set("bbox", [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()].map((side) => side.toFixed(5)).join(","));
    try {
      const answer = await fetch(address, { signal: asking.signal, credentials });
      if (!answer.ok) throw new Error(String(answer.status));
      const { features } = await answer.json();
      layer.addData(features.filter(({ geometry }) => geometry));
      if (features.length) list.replaceChildren(...features.map(line));
      else say(list.dataset.none);
    } catch (error) {
      if (error.name !== "AbortError") say(list.dataset.failed);
    }
  }

  document.getElementById("map-zones-choice").hidden = false;
  layer.addTo(map);
  choice.addEventListener("change", load);
  map.on("moveend", load);
})();

/* The map of estates: loads what lies in view, draws a mark per estate, keeps the list beside it. The ground (divisions,
   names, note) is drawn by the shell's own script, which runs first and leaves `map_shell` behind. */
"use strict";

(() => {
  const frame = document.getElementById("map-frame");
  const map = globalThis.map_shell;
  if (!frame || !map) return;

  const words = JSON.parse(frame.dataset.words);
  const modes = JSON.parse(frame.dataset.modes);
  const language = document.documentElement.lang;
  const list = document.getElementById("map-list");
  const heading = document.getElementById("map-list-head");
  const status = document.getElementById("map-status");
  const following = frame.dataset.query === ""; // without a search the list follows the view
  const LISTED = 50;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const number = new Intl.NumberFormat(language);
  const inOrder = new Intl.Collator(language, { numeric: true });
  const say = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const modeWord = (mode) => modes[mode ?? "unknown"];

  /* ---- where the map stands: #zoom/lat/lon ---- */

  function placeInAddress() {
    const parts = location.hash.slice(1).split("/").map(Number);
    const [zoom, lat, lon] = parts;
    const sound = parts.length === 3 && parts.every(Number.isFinite) && Math.abs(lat) <= 85 && Math.abs(lon) <= 180;
    return sound ? { zoom: Math.min(Math.max(zoom, 3), map.getMaxZoom()), at: [lat, lon] } : null;
  }

  function goToAddress() {
    const place = placeInAddress();
    if (place) map.setView(place.at, place.zoom, { animate: false });
  }

  function writeAddress() {
    const { lat, lng } = map.getCenter();
    const hash = `#${+map.getZoom().toFixed(1)}/${lat.toFixed(5)}/${lng.toFixed(5)}`;
    if (hash !== location.hash) history.replaceState(history.state, "", hash);
  }

  /* ---- marks ---- */

  const icons = {};
  for (const mode of Object.keys(modes)) {
    icons[mode] = L.divIcon({ className: `estate-mark ${mode}`, iconSize: [24, 24], html: "" });
  }
  const marks = new Map(); // estate code → its mark
  const popup = L.popup({
    closeButton: false, minWidth: 200, maxWidth: 270, offset: [0, -4],
    autoPanPaddingTopLeft: [60, 56], autoPanPaddingBottomRight: [24, 24], // clear of the controls
  });
  let opened = null; // the mark whose card is open
  let wanted = null; // code of an estate asked for from the list
  let arriving = false; // the address names no place: the first estates say where to look

  function mark(feature) {
    const [lon, lat] = feature.geometry.coordinates;
    const { code, name, mode } = feature.properties;
    const made = L.marker([lat, lon], { icon: icons[mode ?? "unknown"] ?? icons.unknown, title: name, autoPanOnFocus: false });
    made.on("click", (event) => open(feature, made, event.originalEvent?.detail === 0));
    made.on("keydown", ({ originalEvent: event }) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      open(feature, made, true);
    });
    made.addTo(map);
    const element = made.getElement();
    element.setAttribute("aria-label", say(words.mark, { name, mode: modeWord(mode) }));
    element.dataset.code = code;
    return made;
  }

  function draw(features) {
    const here = new Map(features.map((feature) => [feature.properties.code, feature]));
    for (const [code, made] of marks) {
      if (here.has(code) || made === opened || made.getElement() === document.activeElement) continue;
      made.remove();
      marks.delete(code);
    }
    for (const [code, feature] of here) if (!marks.has(code)) marks.set(code, mark(feature));
    if (arriving && features.length > 0) {
      const places = features.map(({ geometry: { coordinates: [lon, lat] } }) => [lat, lon]);
      map.fitBounds(places, { animate: false, maxZoom: 15, padding: [32, 32] });
    }
    arriving = false;
    if (!here.has(wanted)) return;
    open(here.get(wanted), marks.get(wanted), true);
    wanted = null;
  }

  /* ---- the card of one estate: built from nodes, never from markup ---- */

  function node(tag, className, text) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  function card({ name, mode, company, url }) {
    const made = node("div", "map-card");
    made.setAttribute("role", "group");
    made.setAttribute("aria-label", name);
    const link = node("a", "btn btn-primary", words.open);
    link.href = url;
    const close = node("button", "btn", words.close);
    close.type = "button";
    close.addEventListener("click", () => map.closePopup(popup));
    made.addEventListener("keydown", (event) => {
      if (event.key === "Escape") map.closePopup(popup);
    });
    const end = node("p", "map-card-end");
    end.append(link, close);
    made.append(node("h2", "", name), node("p", `mode ${mode ?? "unknown"}`, modeWord(mode)));
    made.append(node("p", company ? "" : "muted", company ? company.name : words.nobody), end);
    return made;
  }

  function open(feature, made, byKeyboard) {
    const [lon, lat] = feature.geometry.coordinates;
    const content = card(feature.properties);
    opened = made;
    popup.setLatLng([lat, lon]).setContent(content).openOn(map);
    if (byKeyboard) content.querySelector("a").focus({ preventScroll: true });
  }

  map.on("popupclose", () => {
    const inside = popup.getElement()?.contains(document.activeElement);
    if (inside) opened?.getElement()?.focus({ preventScroll: true });
    opened = null;
  });

  /* ---- the list beside the map ---- */

  function entry({ properties }) {
    const { name, mode, company, url } = properties;
    const made = node("li");
    const link = node("a", "map-name", name);
    link.href = url;
    made.append(link, node("span", `mode ${mode ?? "unknown"}`, modeWord(mode)));
    if (company) made.append(node("span", "map-who", company.name));
    return made;
  }

  function write(data) {
    const total = number.format(data.total);
    status.textContent = data.capped
      ? say(words.capped, { shown: number.format(data.features.length), total })
      : say(words.all, { total });
    if (!following) return;
    list.hidden = false;
    const sorted = [...data.features].sort((a, b) => inOrder.compare(a.properties.name, b.properties.name));
    heading.textContent = say(words.inView, { total });
    list.replaceChildren(...sorted.slice(0, LISTED).map(entry));
    if (data.total > LISTED) list.append(node("li", "muted", say(words.more, { more: number.format(data.total - LISTED) })));
    if (data.total === 0) list.append(node("li", "muted", words.empty));
    document.getElementById("map-turn")?.remove();
  }

  /* ---- loading what lies in view; a newer view ends the older question ---- */

  let asking = null;
  let soon = 0;

  function loadSoon() {
    clearTimeout(soon);
    soon = setTimeout(load, 120); // a hand that moves on asks once, where it comes to rest
  }

  function question() {
    const bounds = map.getBounds();
    const within = (value, limit) => Math.min(Math.max(value, -limit), limit).toFixed(6);
    const box = [
      within(bounds.getWest(), 180), within(bounds.getSouth(), 90), within(bounds.getEast(), 180), within(bounds.getNorth(), 90),
    ];
    const address = new URL(frame.dataset.estates, location.href);
    address.searchParams.set("bbox", box.join(","));
    address.searchParams.set("zoom", String(Math.round(map.getZoom())));
    return address;
  }

  async function load() {
    asking?.abort();
    const mine = new AbortController();
    asking = mine;
    frame.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(question(), { signal: mine.signal, credentials: "omit" });
      if (!answer.ok) throw new Error(String(answer.status));
      const data = await answer.json();
      draw(data.features);
      write(data);
    } catch (error) {
      if (error.name === "AbortError") return;
      const again = node("button", "plain", words.again);
      again.type = "button";
      again.addEventListener("click", load);
      status.replaceChildren(`${words.failed} `, again);
    }
    if (asking === mine) frame.removeAttribute("aria-busy");
  }

  /* ---- from afar marks are small; a division's name that would cover another waits for a closer look ---- */

  function fitToZoom() {
    frame.classList.toggle("far", map.getZoom() < 11);
    frame.classList.toggle("mid", map.getZoom() >= 11 && map.getZoom() < 13);
    const shown = [];
    for (const name of frame.querySelectorAll(".map-label span")) {
      name.hidden = false;
      const box = name.getBoundingClientRect();
      const covers = (other) =>
        box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom;
      name.hidden = shown.some(covers);
      if (!name.hidden) shown.push(box);
    }
  }

  /* ---- begin ---- */

  const box = frame.dataset.box.split(",").map(Number);
  if (!globalThis.geo_json_divisions && box.length === 4) map.fitBounds([[box[1], box[0]], [box[3], box[2]]], { animate: false });
  goToAddress();
  arriving = placeInAddress() === null;
  L.control.zoom({ zoomInTitle: words.zoomIn, zoomOutTitle: words.zoomOut }).addTo(map);
  map.getContainer().setAttribute("role", "region");
  map.getContainer().setAttribute("aria-label", words.map);
  for (const button of document.querySelectorAll("[data-show]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      wanted = button.dataset.show;
      arriving = false;
      map.setView([Number(button.dataset.lat), Number(button.dataset.lon)], Math.max(map.getZoom(), 15), { animate: !calm });
      frame.scrollIntoView({ block: "nearest" });
    });
  }
  if (matchMedia("(max-width: 48rem)").matches) document.getElementById("map-key").open = false;
  map.on("dragstart", () => (wanted = null));
  map.on("moveend", writeAddress);
  map.on("moveend", loadSoon);
  map.on("zoomend", () => requestAnimationFrame(fitToZoom));
  document.fonts.addEventListener("loadingdone", fitToZoom); // the city's own letters are wider than those they replace
  globalThis.addEventListener("hashchange", goToAddress);
  fitToZoom();
  load();
})();

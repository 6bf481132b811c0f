/* The map of estates: loads what lies in view, keeps marks, list and address true to it. The ground (divisions, names,
   note) is drawn by the shell's own script, which runs first and leaves `map_shell` behind; map-draw.js draws the rest. */
"use strict";

(() => {
  const draw = globalThis.estateMap;
  const map = globalThis.map_shell;
  if (!draw || !map) return;

  const { frame, words, number, say, node, button } = draw;
  const list = document.getElementById("map-list");
  const heading = document.getElementById("map-list-head");
  const status = document.getElementById("map-status");
  const filters = document.getElementById("map-filters");
  const following = frame.dataset.query === ""; // without a search the list follows the view
  const comparing = frame.dataset.changes ?? "";
  const KEPT = new Set(["lang", "display"]); // how the page is shown, not what
  const LISTED = 50;
  const NEAR = 16;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const inOrder = new Intl.Collator(draw.language, { numeric: true });

  /* ---- where the map stands: #zoom/lat/lon; what it shows: the words before it ---- */

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
    for (const link of document.querySelectorAll("[data-keeps-place]")) link.hash = hash;
  }

  /* what the form asks for, as words of an address; several codes of one name are joined by commas */
  function asked() {
    const found = new Map();
    for (const [name, value] of filters ? new FormData(filters) : []) {
      if (value !== "" && !KEPT.has(name) && name !== "q") found.set(name, found.has(name) ? `${found.get(name)},${value}` : value);
    }
    return found;
  }

  function filtersChanged() {
    if (!following) return filters.submit(); // what was searched is listed anew by the server
    const address = new URL(location.href);
    for (const { name } of filters.elements) if (name && !KEPT.has(name)) address.searchParams.delete(name);
    for (const [name, value] of asked()) address.searchParams.set(name, value);
    history.replaceState(history.state, "", address);
    for (const link of document.querySelectorAll("[data-keeps-filters]")) link.search = address.search;
    tellFilters();
    loadSoon();
  }

  function tellFilters() {
    const count = [...asked().values()].length;
    document.getElementById("map-filters-count").textContent = count ? say(words.filtersOn, { count: number.format(count) }) : "";
    document.getElementById("map-filters-clear").hidden = count === 0;
  }

  /* ---- marks ---- */

  const marks = new Map(); // code of an estate, or place and number of a cluster → its mark
  const popup = L.popup({
    closeButton: false, minWidth: 220, maxWidth: globalThis.markTarget > 44 ? 440 : 290, offset: [0, -4],
    autoPanPaddingTopLeft: [60, 56], autoPanPaddingBottomRight: [24, 24], // clear of the controls
  });
  let opened = null; // the mark whose card is open
  let wanted = frame.dataset.estate || null; // code of an estate asked for from the list or by the address
  let arriving = false; // the address names no place: the first estates say where to look
  let towards = null; // a cluster was opened by key: what is nearest to it gets the focus

  const keyOf = ({ geometry, properties: { code, count } }) => code ?? `${geometry.coordinates.join()} ${count}`;

  const onPress = globalThis.markPresses(map);

  function mark(feature) {
    const made = feature.properties.cluster ? draw.clusterMark(feature) : draw.mark(feature);
    made.feature = feature;
    onPress(made, press);
    return made.addTo(map);
  }

  function press(made, byKey) {
    if (made.feature.properties.cluster) enter(made.feature, byKey);
    else open(made.feature, made, byKey);
  }

  /* a cluster opens by going closer, until its estates stand by themselves */
  function enter(feature, byKey) {
    const [lon, lat] = feature.geometry.coordinates;
    if (byKey) towards = L.latLng(lat, lon);
    map.setView([lat, lon], Math.min(map.getZoom() + 2, NEAR), { animate: !calm });
  }

  function show(features) {
    const here = new Map(features.map((feature) => [keyOf(feature), feature]));
    for (const [key, made] of marks) {
      const held = made === opened || (made.getElement() === document.activeElement && !towards);
      if (here.has(key) || held) continue;
      made.remove();
      marks.delete(key);
    }
    for (const [key, feature] of here) if (!marks.has(key)) marks.set(key, mark(feature));
    const before = map.getZoom();
    if (arriving && features.length > 0) {
      const all = boundsOf(features);
      const nearer = map.getBoundsZoom(all, false, L.point(64, 64)) > before;
      if (nearer) map.fitBounds(all, { animate: false, maxZoom: 15, padding: [32, 32] });
    }
    arriving = arriving && map.getZoom() > before; // nearer by the groups say better where their estates lie
    focusNearest();
    if (!here.has(wanted)) return;
    open(here.get(wanted), marks.get(wanted), true);
    wanted = null;
  }

  /* a group stands in the middle of its estates: they lie up to a cell (88 pixels) around it */
  function boundsOf(features) {
    const cell = (88 * 360) / (256 * 2 ** Math.round(map.getZoom()));
    const all = L.latLngBounds([]);
    for (const { geometry: { coordinates: [lon, lat] }, properties: { cluster } } of features) {
      const room = cluster ? cell : 0;
      all.extend([lat - room * 0.8, lon - room]).extend([lat + room * 0.8, lon + room]);
    }
    return all;
  }

  function focusNearest() {
    if (!towards) return;
    const near = [...marks.values()].sort((a, b) => a.getLatLng().distanceTo(towards) - b.getLatLng().distanceTo(towards));
    near[0]?.getElement().focus({ preventScroll: true });
    towards = null;
  }

  function open(feature, made, byKeyboard) {
    const [lon, lat] = feature.geometry.coordinates;
    const content = draw.card(feature.properties, () => map.closePopup(popup), () => {
      const held = document.activeElement; // Leaflet takes the card out and puts it in again
      popup.update();
      if (content.contains(held)) held.focus({ preventScroll: true });
    });
    content.addEventListener("keydown", (event) => {
      if (event.key === "Escape") map.closePopup(popup);
    });
    opened = made;
    popup.setLatLng([lat, lon]).setContent(content).openOn(map);
    if (byKeyboard) content.querySelector(".map-card-end a").focus({ preventScroll: true });
  }

  map.on("popupclose", () => {
    const inside = popup.getElement()?.contains(document.activeElement);
    if (inside) opened?.getElement()?.focus({ preventScroll: true });
    opened = null;
  });

  /* ---- the list beside the map: the same content ---- */

  function write(data) {
    const total = number.format(data.total);
    status.textContent = data.capped
      ? say(words.capped, { shown: number.format(data.features.length), total })
      : say(words.all, { total });
    frame.classList.toggle("grouped", data.features.some(({ properties }) => properties.cluster));
    if (!following) return;
    list.hidden = false;
    const clusters = data.features.filter(({ properties }) => properties.cluster);
    const single = data.features.filter(({ properties }) => !properties.cluster);
    clusters.sort((a, b) => b.properties.count - a.properties.count);
    single.sort((a, b) => inOrder.compare(a.properties.name, b.properties.name));
    const lines = [
      ...clusters.map((item) => draw.clusterEntry(item, draw.placeOf(item.geometry.coordinates), () => enter(item, true))),
      ...single.map(draw.entry),
    ];
    heading.textContent = say(clusters.length ? words.inViewGrouped : words.inView, { total });
    list.replaceChildren(...lines.slice(0, LISTED));
    if (lines.length > LISTED) list.append(node("li", "muted", say(words.more, { more: number.format(lines.length - LISTED) })));
    if (data.total === 0) list.append(node("li", "muted", asked().size ? words.emptyFiltered : words.empty));
    document.getElementById("map-turn")?.remove();
  }

  /* ---- loading what lies in view; a newer view ends the older question ---- */

  let asking = null;
  let soon = 0;

  function loadSoon() {
    clearTimeout(soon);
    soon = setTimeout(load, 120); // a hand that moves on asks once, where it comes to rest
  }

  function question(of) {
    const bounds = map.getBounds();
    const within = (value, limit) => Math.min(Math.max(value, -limit), limit).toFixed(6);
    const box = [
      within(bounds.getWest(), 180), within(bounds.getSouth(), 90), within(bounds.getEast(), 180), within(bounds.getNorth(), 90),
    ];
    const address = new URL(of, location.href);
    for (const [name, value] of asked()) address.searchParams.set(name, value);
    address.searchParams.set("bbox", box.join(","));
    address.searchParams.set("zoom", String(Math.round(map.getZoom())));
    return address;
  }

  async function load() {
    if (comparing) return; // two days are compared: nothing but what changed is shown
    asking?.abort();
    const mine = new AbortController();
    asking = mine;
    frame.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(question(frame.dataset.estates), { signal: mine.signal, credentials: frame.dataset.credentials });
      if (!answer.ok) throw new Error(String(answer.status));
      const data = await answer.json();
      show(data.features);
      write(data);
    } catch (error) {
      if (error.name === "AbortError") return;
      status.replaceChildren(`${words.failed} `, button("plain", words.again, load));
    }
    if (asking !== mine) return;
    frame.removeAttribute("aria-busy");
    outline(mine.signal).catch((error) => {
      if (error.name !== "AbortError") status.append(` ${words.outlinesFailed}`);
    });
  }

  /* ---- near by, the boundaries of estates under their marks; the marks carry name and focus ---- */

  let outlines = null;

  async function outline(signal) {
    let data = { features: [] };
    if (frame.dataset.outlines && map.getZoom() >= NEAR - 1) {
      const answer = await fetch(question(frame.dataset.outlines), { signal, credentials: frame.dataset.credentials });
      if (!answer.ok) throw new Error(String(answer.status));
      data = await answer.json();
    }
    const style = ({ properties: { mode } }) => ({ className: `estate-boundary ${mode}` });
    outlines?.remove();
    outlines = L.geoJSON(data, { style, interactive: false }).addTo(map);
    if (data.capped) status.append(` ${say(words.outlinesCapped, { shown: number.format(data.features.length), total: number.format(data.total) })}`);
  }

  async function compare() {
    try {
      const answer = await fetch(comparing, { credentials: frame.dataset.credentials });
      if (!answer.ok) throw new Error(String(answer.status));
      const { features } = await answer.json();
      const shown = L.featureGroup(features.filter(({ geometry }) => geometry).map((feature) => {
        const made = draw.changeMark(feature);
        made.feature = feature;
        onPress(made, ({ feature: { properties } }) => location.assign(properties.url));
        return made;
      })).addTo(map);
      status.textContent = say(words.changes, { count: number.format(features.length) });
      if (shown.getLayers().length && !placeInAddress()) map.fitBounds(shown.getBounds(), { animate: false, maxZoom: 15, padding: [32, 32] });
    } catch {
      status.replaceChildren(`${words.failed} `, button("plain", words.again, compare));
    }
  }

  /* ---- where am I ---- */

  function locate() {
    if (!globalThis.isSecureContext || !navigator.geolocation) {
      status.textContent = words.locateInsecure;
      return;
    }
    status.textContent = words.locating;
    navigator.geolocation.getCurrentPosition(
      ({ coords: { latitude, longitude, accuracy } }) => {
        const at = [latitude, longitude];
        L.circle(at, { radius: accuracy, className: "map-me", interactive: false }).addTo(map);
        map.setView(at, 15, { animate: !calm });
      },
      () => (status.textContent = words.locateFailed),
      { timeout: 10000, maximumAge: 60000 },
    );
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

  const numbers = (text) => (text ?? "").split(",").filter(Boolean).map(Number);
  const box = numbers(frame.dataset.box);
  const fits = numbers(frame.dataset.fits); // the box of a company's estates
  const at = numbers(frame.dataset.at); // the place of the estate asked for
  if (!globalThis.geo_json_divisions && box.length === 4) map.fitBounds([[box[1], box[0]], [box[3], box[2]]], { animate: false });
  if (fits.length === 4) map.fitBounds([[fits[1], fits[0]], [fits[3], fits[2]]], { animate: false, maxZoom: NEAR, padding: [32, 32] });
  if (at.length === 2) map.setView([at[1], at[0]], NEAR, { animate: false });
  goToAddress();
  arriving = placeInAddress() === null && fits.length === 0 && at.length === 0;
  L.control.zoom({ zoomInTitle: words.zoomIn, zoomOutTitle: words.zoomOut }).addTo(map);
  map.getContainer().setAttribute("role", "region");
  map.getContainer().setAttribute("aria-label", words.map);
  for (const each of document.querySelectorAll("[data-show]")) {
    each.hidden = false;
    each.addEventListener("click", () => {
      wanted = each.dataset.show;
      arriving = false;
      map.setView([Number(each.dataset.lat), Number(each.dataset.lon)], Math.max(map.getZoom(), NEAR), { animate: !calm });
      frame.scrollIntoView({ block: "nearest" });
    });
  }
  if (matchMedia("(max-width: 48rem)").matches) document.getElementById("map-key").open = false;
  const here = document.getElementById("map-here");
  here.hidden = false;
  here.addEventListener("click", locate);
  if (filters) {
    filters.addEventListener("change", filtersChanged);
    filters.addEventListener("submit", (event) => {
      event.preventDefault();
      filtersChanged();
    });
    document.getElementById("map-filters-clear").addEventListener("click", () => {
      for (const field of filters.elements) {
        if (field.type === "checkbox") field.checked = false;
        else if (field.tagName === "SELECT") field.value = "";
      }
      filtersChanged();
    });
    document.getElementById("map-filters-apply").hidden = true; // each choice counts at once
    tellFilters();
  }
  map.on("dragstart", () => {
    wanted = null;
    arriving = false;
  });
  map.on("moveend", writeAddress);
  map.on("moveend", loadSoon);
  map.on("zoomend", () => requestAnimationFrame(fitToZoom));
  document.fonts.addEventListener("loadingdone", fitToZoom); // the city's own letters are wider than those they replace
  globalThis.addEventListener("hashchange", goToAddress);
  fitToZoom();
  if (comparing) compare();
  load();
})();

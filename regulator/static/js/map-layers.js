/* What lies under and over the estates: the base map, borders as fine as the view needs, divisions shaded by a figure.
   Words, classes and the table come from the server; this only draws, and exchanges them when another figure is chosen. */
"use strict";

(() => {
  const panel = document.getElementById("map-layers");
  const map = globalThis.map_shell;
  if (!panel || !map) return;

  const facts = JSON.parse(panel.dataset.facts);
  const frame = document.getElementById("map-frame");
  const form = document.getElementById("map-layers-form");
  const status = document.getElementById("map-shade-status");
  const onPaper = document.body.classList.contains("map-paper");
  const BUCKETS = [7, 10, 13, 19]; // as the worker draws the borders
  const WIDE_LEVELS = new Set(["city", "district"]); // few enough to be loaded whole
  const NOT_RECKONED = 8; // looks like a division without a figure
  const DRAWN_WITH_PAGE = 10; // the ground the shell brings along serves up to here
  const number = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 0 });
  const say = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const bucket = () => BUCKETS.find((last) => map.getZoom() <= last) ?? BUCKETS.at(-1);

  function node(tag, className, text) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  /* ---- the base map, and what has to be said on a map's face ---- */

  function pane(name, zIndex, isThrough) {
    const made = map.createPane(name);
    made.classList.add(`pane-${zIndex}`);
    if (isThrough) made.classList.add("pane-through");
    return name;
  }

  function addBase({ ground, names, min, max, bounds }) {
    const options = { minNativeZoom: min, maxNativeZoom: max, minZoom: min, maxZoom: map.getMaxZoom(), bounds };
    frame.classList.add("with-base");
    L.tileLayer(ground, options).addTo(map);
    if (names) L.tileLayer(names, { ...options, pane: pane("names", 450, true) }).addTo(map);
  }

  function addSources(texts) {
    const corner = map.attributionControl ?? L.control.attribution({ prefix: false }).addTo(map);
    for (const text of texts) corner.addAttribution(node("span", "", text).outerHTML);
  }

  /* ---- borders and figures ---- */

  async function ask(level, measure, where, signal) {
    const address = new URL(facts.divisions, location.href);
    address.searchParams.set("level", level);
    if (measure) address.searchParams.set("measure", measure);
    address.searchParams.set("zoom", String(bucket()));
    if (where) {
      const within = (value, limit) => Math.min(Math.max(value, -limit), limit).toFixed(4);
      const [west, south] = [within(where.getWest(), 180), within(where.getSouth(), 90)];
      address.searchParams.set("bbox", [west, south, within(where.getEast(), 180), within(where.getNorth(), 90)].join(","));
    }
    const answer = await fetch(address, { signal, credentials: frame.dataset.credentials });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  }

  let groundDrawn = DRAWN_WITH_PAGE;

  async function refineGround() {
    const ground = globalThis.geo_json_divisions;
    const wanted = Math.max(bucket(), DRAWN_WITH_PAGE);
    if (!ground || !facts.ground || wanted === groundDrawn) return;
    groundDrawn = wanted;
    try {
      const found = await ask(facts.ground, "", null, undefined);
      if (wanted === groundDrawn && found.features.length > 0) ground.clearLayers().addData(found);
    } catch {
      groundDrawn = 0; // the coarser one stands; the next look tries again
    }
  }

  pane("shading", 410, false);
  pane("figures", 590, true); // below the marks: a group's number is not covered
  const popup = L.popup({ closeButton: false, minWidth: 200, maxWidth: 280 });
  let shaded = L.layerGroup().addTo(map);
  let letters = L.layerGroup().addTo(map);
  let shown = ""; // what is drawn: figure, level and how finely
  let loaded = null; // where, for levels with too many divisions to load whole
  let asking = null;

  function card({ name, text, numerator, denominator, url }, line, counted) {
    const made = node("div", "map-card");
    made.setAttribute("role", "group");
    made.setAttribute("aria-label", name);
    made.append(node("h2", "", name));
    made.append(node("p", "", [text, line?.letter, line?.label].filter(Boolean).join(" ")));
    const amounts = { counted, numerator: number.format(numerator), denominator: number.format(denominator) };
    if (denominator) made.append(node("p", "muted", say(facts.words.of, amounts)));
    const end = node("p", "map-card-end");
    if (url) {
      const link = node("a", "btn btn-primary", facts.words.figure);
      link.href = url;
      end.append(link);
    }
    const close = node("button", "btn", facts.words.close);
    close.type = "button";
    close.addEventListener("click", () => map.closePopup(popup));
    end.append(close);
    made.append(end);
    return made;
  }

  function draw({ features, classes, measure }, isNamed) {
    shaded.remove();
    letters.remove();
    letters = L.layerGroup();
    shaded = L.geoJSON(features, {
      pane: "shading",
      smoothFactor: 0,
      style: ({ properties }) => {
        const colour = classes[properties.class]?.colour ?? NOT_RECKONED;
        return { className: `map-shaded shade-${colour}`, weight: 1, fillColor: `url(#map-shade-${colour})` };
      },
      onEachFeature: ({ properties }, layer) => {
        const line = classes[properties.class];
        layer.bindTooltip(node("span", "", `${properties.name} ${properties.text}`), { sticky: true });
        layer.on("click", ({ latlng }) => popup.setLatLng(latlng).setContent(card(properties, line, measure.denominator)).openOn(map));
        if (line) letters.addLayer(letter(properties, line, isNamed));
      },
    }).addTo(map);
    letters.addTo(map);
    requestAnimationFrame(makeRoom);
  }

  /* beside the name the shell has written; where it has written none, with the name */
  function letter({ at: [lon, lat], name, text }, line, isNamed) {
    const said = node("span", "", `${isNamed ? "" : `${name} `}${line.letter} ${text}`);
    said.dataset.name = name;
    const html = said.outerHTML;
    const icon = L.divIcon({ className: isNamed ? "map-letter beside-name" : "map-letter", iconSize: [0, 0], html });
    return L.marker([lat, lon], { icon, interactive: false, keyboard: false, pane: "figures" });
  }

  /* a figure that would cover another, or whose name is waiting, waits for a closer look too */
  function makeRoom() {
    const names = [...frame.querySelectorAll(".map-label span:not([hidden])")];
    const named = new Set(names.map((name) => name.textContent));
    const taken = names.map((name) => name.getBoundingClientRect());
    for (const item of frame.querySelectorAll(".map-letter span")) {
      item.hidden = false;
      const box = item.getBoundingClientRect();
      const covers = (other) =>
        box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom;
      const isLost = item.parentElement.classList.contains("beside-name") && !named.has(item.dataset.name);
      item.hidden = isLost || taken.some(covers);
      if (!item.hidden) taken.push(box);
    }
  }

  async function shade() {
    const measure = form.elements.measure.value;
    const level = form.elements.level?.value ?? facts.level;
    const whole = WIDE_LEVELS.has(level);
    const wanted = measure && level ? `${measure} ${level} ${bucket()}` : "";
    if (wanted === shown && (whole || !wanted || loaded?.contains(map.getBounds()))) return;
    asking?.abort();
    [shown, loaded] = [wanted, whole ? null : map.getBounds().pad(0.5)];
    frame.classList.toggle("with-shading", Boolean(wanted));
    if (!wanted) {
      draw({ features: [], classes: [] }, true);
      return;
    }
    const mine = new AbortController();
    asking = mine;
    try {
      const found = await ask(level, measure, loaded, mine.signal);
      draw(found, level === facts.ground);
      status.textContent = found.features.length === 0 ? facts.words.empty : "";
    } catch (error) {
      if (error.name === "AbortError") return;
      [shown, loaded] = ["", null];
      status.textContent = facts.words.failed;
    }
    if (asking === mine) panel.dataset.shown = shown;
  }

  /* ---- another figure: the server says it, the page exchanges what is said ---- */

  const SAID = ["map-shade-word", "map-shade-said", "map-figures"];
  let choosing = null;

  async function choose() {
    choosing?.abort();
    const mine = new AbortController();
    choosing = mine;
    const address = new URL(location.href);
    for (const name of ["measure", "level"]) {
      const value = form.elements[name]?.value;
      if (value && form.elements.measure.value) address.searchParams.set(name, value);
      else address.searchParams.delete(name);
    }
    try {
      const answer = await fetch(address, { signal: mine.signal, credentials: frame.dataset.credentials });
      if (!answer.ok) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const id of SAID) document.getElementById(id).replaceChildren(...page.getElementById(id).childNodes);
      address.hash = location.hash; // the map may have been moved meanwhile
      history.replaceState(history.state, "", address);
      await shade();
    } catch (error) {
      if (error.name !== "AbortError") status.textContent = facts.words.failed;
    }
  }

  /* ---- to paper and back, at the same place ---- */

  function preparePrinting() {
    const link = document.getElementById("map-print");
    if (!link) return; // paper is the public's
    const here = () => {
      const address = new URL(link.pathname, location.href);
      address.search = location.search;
      address.hash = location.hash;
      link.href = address;
    };
    for (const event of ["pointerdown", "focus", "click"]) link.addEventListener(event, here);
    for (const other of document.querySelectorAll("[data-keep-place]")) {
      other.addEventListener("click", () => (other.hash = location.hash));
    }
    const now = document.getElementById("map-print-now");
    if (!now) return;
    now.hidden = false;
    now.addEventListener("click", () => globalThis.print());
  }

  /* ---- begin ---- */

  if (facts.base) addBase(facts.base);
  addSources(facts.sources);
  if (onPaper) L.control.scale({ imperial: false, maxWidth: 200 }).addTo(map);
  form.addEventListener("change", choose);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    choose();
  });
  form.querySelector("button[type=submit]").hidden = true;
  if (matchMedia("(max-width: 48rem)").matches) panel.open = false;
  preparePrinting();
  map.on("moveend", shade);
  map.on("zoomend", () => requestAnimationFrame(makeRoom));
  map.on("zoomend", refineGround);
  document.fonts.addEventListener("loadingdone", makeRoom);
  refineGround();
  shade();
})();

/* The map of a street's zones: outlines, estates, neighbours. A click on an estate ticks it in the form below, one on a
   group chooses where the ticked ones go. The ground comes from the drawn shell; without one there is none. */
"use strict";

(() => {
  const frame = document.getElementById("zone-frame");
  if (!frame) return;
  const words = JSON.parse(frame.dataset.words);
  const own = frame.dataset.own;
  const status = document.getElementById("zone-status");
  const target = document.getElementById("f-target");
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map =
    globalThis.map_shell ??
    L.map("zone-ground", { zoomControl: false, attributionControl: false, maxZoom: 19, zoomSnap: 0.5 }).setView([41.8, 123.4], 11);
  const say = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const modeWord = (mode) => words.modes[mode ?? "unknown"];
  const boxOf = (code) => document.querySelector(`input[name="estates"][value="${CSS.escape(code)}"]`);
  const marks = new Map(); // estate code → its mark
  const shapes = new Map(); // zone key → its outline
  const press = globalThis.markPresses(map);
  const room = [globalThis.markTarget, globalThis.markTarget];
  const popup = L.popup({ closeButton: false, minWidth: 180, maxWidth: 270, offset: [0, -4] });
  let opened = null;

  function node(tag, className, text) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  /* ---- ticks and target follow the form, and the form follows them ---- */

  function showTicks() {
    for (const [code, made] of marks) made.getElement()?.classList.toggle("ticked", Boolean(boxOf(code)?.checked));
    for (const [key, shape] of shapes) shape.getElement()?.classList.toggle("target", target?.value === key);
    const number = document.querySelectorAll('input[name="estates"]:checked').length;
    status.textContent = number ? say(words.chosen, { number }) : "";
  }

  function tick(code) {
    const box = boxOf(code);
    box.checked = !box.checked;
    showTicks();
  }

  /* Whether estates are ticked that could go there. */
  function offers(key) {
    const ticked = document.querySelector('input[name="estates"]:checked');
    return Boolean(target && ticked) && [...target.options].some((option) => option.value === key);
  }

  function choose(key) {
    target.value = key;
    map.closePopup(popup);
    showTicks();
    target.focus();
  }

  document.addEventListener("change", (event) => {
    if (event.target.name === "estates" || event.target === target) showTicks();
  });

  /* ---- cards, built from nodes, never from markup ---- */

  function card(title, lines, url, act, opening = words.open) {
    const made = node("div", "map-card");
    made.setAttribute("role", "group");
    made.setAttribute("aria-label", title);
    const end = node("p", "map-card-end");
    if (act) {
      const button = node("button", "btn btn-primary", act.text);
      button.type = "button";
      button.addEventListener("click", act.run);
      end.append(button);
    }
    if (url) {
      const link = node("a", act ? "btn" : "btn btn-primary", opening);
      link.href = url;
      end.append(link);
    }
    const close = node("button", "btn", words.close);
    close.type = "button";
    close.addEventListener("click", () => map.closePopup(popup));
    end.append(close);
    made.addEventListener("keydown", (event) => {
      if (event.key === "Escape") map.closePopup(popup);
    });
    made.append(node("h2", "", title), ...lines.filter(Boolean).map((line) => node("p", "", line)), end);
    return made;
  }

  function open(at, content, from) {
    opened = from ?? null;
    popup.setLatLng(at).setContent(content).openOn(map);
    content.querySelector("a, button").focus({ preventScroll: true });
  }

  map.on("popupclose", () => {
    if (popup.getElement()?.contains(document.activeElement)) opened?.getElement()?.focus({ preventScroll: true });
    opened = null;
  });

  /* ---- what is drawn ---- */

  const draw = {
    barrier({ geometry, properties: { kind } }) {
      L.geoJSON(geometry, { className: `zone-barrier ${kind}`, interactive: false }).addTo(map);
      return null;
    },
    zone({ geometry, properties: { id, title, state, state_in_words: said, url } }) {
      const shape = L.geoJSON(geometry, { className: `zone-shape ${state}${id === own ? " own" : ""}` }).getLayers()[0];
      shape.on("click", (event) => {
        const act = id !== own && offers(id) ? { text: words.here, run: () => choose(id) } : null;
        open(event.latlng, card(title, [said], id === own ? null : url, act, words.openZone));
      });
      shape.addTo(map);
      shapes.set(id, shape);
      return shape.getBounds();
    },
    estate({ geometry, properties: { code, name, mode, zone, zone_id: zoneId, url } }) {
      const here = boxOf(code) !== null;
      const icon = L.divIcon({
        className: `estate-mark ${mode ?? "unknown"}${own && zoneId !== own ? " elsewhere" : ""}`, iconSize: room, html: "",
      });
      const [lon, lat] = geometry.coordinates;
      const made = L.marker([lat, lon], { icon, keyboard: true, title: name });
      const act = () => {
        if (here) return tick(code);
        const put = zoneId && zoneId !== own && offers(zoneId) ? { text: words.here, run: () => choose(zoneId) } : null;
        return open([lat, lon], card(name, [modeWord(mode), zone || words.alone], url, put), made);
      };
      press(made, act);
      made.addTo(map);
      const element = made.getElement();
      element.setAttribute("aria-label", say(words.mark, { name, mode: modeWord(mode), zone: zone || words.alone }));
      element.dataset.code = code;
      marks.set(code, made);
      return L.latLngBounds([[lat, lon]]);
    },
    neighbour({ geometry, properties: { name, company, zones, url } }) {
      const [lon, lat] = geometry.coordinates;
      const icon = L.divIcon({ className: "zone-neighbour", iconSize: room, html: "" });
      const made = L.marker([lat, lon], { icon, keyboard: true, title: name });
      const lines = [company ?? words.nobody, say(words.nearby, { zones: zones.join("、") })];
      press(made, () => open([lat, lon], card(name, lines, url, null), made));
      made.addTo(map);
      made.getElement().setAttribute("aria-label", `${name}: ${lines.join(" ")}`);
      return null;
    },
  };

  /* ---- loading ---- */

  async function load() {
    status.textContent = "";
    try {
      const answer = await fetch(frame.dataset.source, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      show(await answer.json());
    } catch {
      const again = node("button", "plain", words.again);
      again.type = "button";
      again.addEventListener("click", load);
      status.replaceChildren(`${words.failed} `, again);
    }
  }

  function show({ features, total, capped }) {
    let all = null;
    let mine = null;
    for (const feature of features) {
      const bounds = draw[feature.properties.what](feature);
      if (!bounds) continue;
      all = all ? all.extend(bounds) : L.latLngBounds(bounds.getSouthWest(), bounds.getNorthEast());
      if (feature.properties.id === own && own) mine = bounds;
    }
    const view = mine ?? all;
    if (view) map.fitBounds(view.pad(mine ? 0.6 : 0.05), { animate: false, maxZoom: 17 });
    showTicks();
    if (capped) status.textContent = say(words.capped, { shown: features.filter(({ properties: { what } }) => what !== "barrier").length, total });
    else if (!view) status.textContent = words.empty;
  }

  L.control.zoom({ zoomInTitle: words.zoomIn, zoomOutTitle: words.zoomOut }).addTo(map);
  map.getContainer().setAttribute("role", "region"); // the one landmark of the map
  map.getContainer().setAttribute("aria-label", words.map);
  if (calm) map.options.zoomAnimation = false;
  load();
})();

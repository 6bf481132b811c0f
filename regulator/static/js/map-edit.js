/* Correcting where an estate lies: its point and its outline on the map, kept true to the fields of the form beside it.
   The ground is drawn by the shell's own script; map-outline.js reckons. Everything here also works by keyboard. */
"use strict";

(() => {
  const map = globalThis.map_shell;
  const frame = document.getElementById("map-frame");
  const { read, write, area, nearest } = globalThis.outlines;
  if (!map || !frame) return;

  const words = JSON.parse(frame.dataset.words);
  const say = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const number = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 0 });
  const field = (name) => document.getElementById(`f-${name}`);
  const tool = (name) => document.querySelector(`[data-tool="${name}"]`);
  const coarse = matchMedia("(pointer: coarse)").matches;
  const status = document.getElementById("map-status");
  const SNAP = 10; // pixels
  const MOST_HANDLES = 300; // more are not drawn at once: one zooms in to edit them
  const MOST_MIDDLES = 120;
  const OUTLINES_FROM = 15;

  /* ---- what is edited, and what can be taken back ---- */

  let state = { point: null, parts: [] };
  const undone = [];
  const done = [];
  let last = { of: "", at: 0 };

  const copy = () => JSON.stringify(state);

  /* changes in quick succession to the same thing (arrow keys held down) are taken back as one */
  function remember(before, of = "") {
    const now = Date.now();
    if (!(of && of === last.of && now - last.at < 1000)) done.push(before);
    last = { of, at: now };
    undone.length = 0;
  }

  function change(act, of = "") {
    const before = copy();
    act();
    if (copy() === before) return;
    remember(before, of);
    show();
  }

  function turnBack(from, to) {
    if (from.length === 0 || drawing) return;
    to.push(copy());
    state = JSON.parse(from.pop());
    last = { of: "", at: 0 };
    show();
  }

  /* ---- the fields of the form ---- */

  function readFields() {
    const [lon, lat] = [field("lon").value, field("lat").value].map((text) => (text.trim() === "" ? NaN : Number(text)));
    const point = Number.isFinite(lon) && Number.isFinite(lat) ? [lon, lat] : null;
    return { point, parts: read(field("boundary").value) ?? state.parts };
  }

  function writeFields() {
    const shown = readFields();
    if (JSON.stringify(shown.point) !== JSON.stringify(state.point)) {
      field("lon").value = state.point ? state.point[0].toFixed(6) : "";
      field("lat").value = state.point ? state.point[1].toFixed(6) : "";
    }
    if (JSON.stringify(shown.parts) !== JSON.stringify(state.parts)) field("boundary").value = write(state.parts);
  }

  /* ---- what is shown ---- */

  const at = ([lon, lat]) => L.latLng(lat, lon);
  const pair = ({ lat, lng }) => [lng, lat];
  const shape = L.polygon([], { className: "estate-outline", interactive: false }).addTo(map);
  const handles = L.layerGroup().addTo(map);
  const target = coarse ? 44 : 24;
  const icon = (name) => L.divIcon({ className: `vertex ${name}`, iconSize: [target, target], html: "" });
  const icons = { point: icon("point"), corner: icon("corner"), middle: icon("middle") };
  let dragging = false; // what is held must not be drawn anew, even when the map moves along
  let chosen = null; // "part/ring/place" of the corner that was touched last

  const ringOf = (key) => {
    const [part, ring, place] = key.split("/").map(Number);
    return { part, ring, place, pairs: state.parts[part]?.[ring] };
  };

  function show() {
    redraw();
    showHandles();
    writeFields();
    tool("undo").disabled = done.length === 0;
    tool("redo").disabled = undone.length === 0;
    tool("clear").disabled = state.parts.length === 0;
    tool("another").disabled = state.parts.length === 0;
  }

  function redraw() {
    shape.setLatLngs(state.parts.map((rings) => rings.map((ring) => ring.map(at))));
    const found = area(state.parts);
    document.getElementById("outline-area").textContent = state.parts.length ? say(words.area, { area: number.format(found) }) : words.noOutline;
  }

  function showHandles() {
    const held = document.activeElement?.dataset?.key;
    handles.clearLayers();
    if (state.point) pointHandle();
    const room = map.getBounds().pad(0.05);
    const seen = state.parts.flatMap((rings, part) =>
      rings.flatMap((pairs, ring) => pairs.map((_, place) => `${part}/${ring}/${place}`))).filter((key) => room.contains(at(cornerOf(key))));
    const few = seen.length <= MOST_HANDLES && !drawing;
    if (few) for (const key of seen) cornerHandle(key);
    if (few && seen.length <= MOST_MIDDLES) for (const key of seen) middleHandle(key);
    if (!few && !drawing) tell(words.tooMany);
    if (chosen && !ringOf(chosen).pairs?.[ringOf(chosen).place]) chosen = null;
    tool("remove").disabled = chosen === null || Boolean(drawing);
    if (held) focusOn(held);
  }

  const cornerOf = (key) => {
    const { pairs, place } = ringOf(key);
    return pairs[place];
  };
  const focusOn = (key) => frame.querySelector(`[data-key="${key}"]`)?.focus({ preventScroll: true });
  const tell = (text) => (status.textContent = text);

  function handle(where, kind, key, label, set) {
    const made = L.marker(where, { icon: icons[kind], draggable: true, keyboard: kind !== "middle", autoPanOnFocus: false, autoPan: true, title: label });
    made.on("add", () => {
      made.getElement().dataset.key = key;
      if (kind === "middle") made.getElement().setAttribute("aria-hidden", "true"); // for the pointer; keys have Insert
      else made.getElement().setAttribute("aria-label", label);
    });
    let before = "";
    made.on("dragstart", () => {
      before = copy();
      dragging = true;
    });
    made.on("drag", ({ latlng, originalEvent }) => {
      const to = kind === "point" || originalEvent?.altKey ? latlng : snapped(latlng);
      if (to !== latlng) made.setLatLng(to);
      set(pair(to));
      redraw();
    });
    made.on("dragend", () => {
      dragging = false;
      if (copy() !== before) remember(before);
      show();
    });
    return made.addTo(handles);
  }

  function byArrows(made, key, get, set) {
    made.on("keydown", ({ originalEvent: event }) => {
      const step = event.shiftKey ? 10 : 1;
      const move = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key];
      if (!move) return;
      L.DomEvent.stop(event);
      const to = map.unproject(map.project(at(get()), map.getZoom()).add(move), map.getZoom());
      change(() => set(pair(to)), key);
    });
  }

  function pointHandle() {
    const set = (to) => (state.point = to);
    byArrows(handle(at(state.point), "point", "point", words.point, set), "point", () => state.point, set);
  }

  function cornerHandle(key) {
    const { pairs, place, ring } = ringOf(key);
    const set = (to) => (ringOf(key).pairs[place] = to);
    const label = say(ring ? words.holeCorner : words.corner, { number: place + 1, of: pairs.length });
    const made = handle(at(pairs[place]), "corner", key, label, set);
    made.getElement().addEventListener("focus", () => choose(key));
    made.on("click dragstart", () => choose(key));
    made.getElement().classList.toggle("chosen", key === chosen);
    byArrows(made, key, () => cornerOf(key), set);
    made.on("keydown", ({ originalEvent: event }) => {
      if (event.key === "Delete" || event.key === "Backspace") removeCorner(key);
      else if (event.key === "Insert" || event.key === "+") addCorner(key);
      else return;
      L.DomEvent.stop(event);
    });
  }

  function choose(key) {
    chosen = key;
    for (const element of frame.querySelectorAll(".vertex.corner")) element.classList.toggle("chosen", element.dataset.key === key);
    tool("remove").disabled = false;
  }

  const between = ([x, y], [u, v]) => [(x + u) / 2, (y + v) / 2];
  const middleOf = ({ pairs, place }) => between(pairs[place], pairs[(place + 1) % pairs.length]);

  /* a middle becomes a corner when it is dragged */
  function middleHandle(key) {
    const { place } = ringOf(key);
    let added = false;
    const made = handle(at(middleOf(ringOf(key))), "middle", `${key}/middle`, words.middle, (to) => {
      ringOf(key).pairs.splice(place + 1, added ? 1 : 0, to);
      added = true;
    });
    made.on("click", () => addCorner(key));
  }

  function addCorner(key) {
    const { part, ring, place, pairs } = ringOf(key);
    change(() => pairs.splice(place + 1, 0, middleOf({ pairs, place })));
    chosen = `${part}/${ring}/${place + 1}`;
    focusOn(chosen);
  }

  /* a ring of three corners goes as a whole; without its outer ring so does the part */
  function removeCorner(key) {
    const { part, ring, place, pairs } = ringOf(key);
    change(() => {
      if (pairs.length > 3) pairs.splice(place, 1);
      else if (ring > 0) state.parts[part].splice(ring, 1);
      else state.parts.splice(part, 1);
    });
    const left = ringOf(key).pairs?.length;
    if (left) focusOn(`${part}/${ring}/${Math.min(place, left - 1)}`);
  }

  /* ---- neighbours, and being drawn to them ---- */

  const neighbours = L.layerGroup().addTo(map);
  let rings = []; // of the neighbours in view
  let asking = null;

  function snapped(latlng) {
    const pixels = ({ x, y }) => [x, y];
    const found = nearest(pixels(map.latLngToContainerPoint(latlng)), rings.map((ring) => ring.map((one) => pixels(map.latLngToContainerPoint(one)))), SNAP);
    return found ? map.containerPointToLatLng(found) : latlng;
  }

  async function loadNeighbours() {
    asking?.abort();
    if (map.getZoom() < OUTLINES_FROM) return neighbours.clearLayers();
    asking = new AbortController();
    const box = map.getBounds().pad(0.2).toBBoxString().split(",").map((side) => Number(side).toFixed(6));
    const address = new URL(frame.dataset.outlines, location.href);
    address.searchParams.set("bbox", box.join(","));
    address.searchParams.set("zoom", String(Math.round(map.getZoom())));
    try {
      const answer = await fetch(address, { signal: asking.signal, credentials: "same-origin" });
      if (!answer.ok) throw new Error(String(answer.status));
      const { features } = await answer.json();
      showNeighbours(features.filter(({ properties }) => properties.code !== frame.dataset.code));
    } catch (error) {
      if (error.name !== "AbortError") tell(words.neighboursFailed);
    }
  }

  function showNeighbours(features) {
    neighbours.clearLayers();
    rings = [];
    for (const { geometry, properties } of features) {
      const parts = read(JSON.stringify(geometry)).map((found) => found.map((ring) => ring.map(at)));
      rings.push(...parts.flat());
      const drawn = L.polygon(parts, { className: "neighbour-outline", interactive: false }).addTo(neighbours);
      const text = document.createElement("span");
      text.textContent = properties.name ?? "";
      const label = L.divIcon({ className: "neighbour-name", iconSize: [0, 0], html: text });
      if (properties.name) L.marker(drawn.getBounds().getCenter(), { icon: label, interactive: false, keyboard: false }).addTo(neighbours);
    }
  }

  /* ---- drawing anew: each click a corner; double click, Enter or the first corner closes ---- */

  let drawing = null; // the corners so far
  const line = L.polyline([], { className: "drawing-line", interactive: false }).addTo(map);

  function draw(keep) {
    drawing = { pairs: [], keep };
    setDrawing(true);
    tell(words.drawing);
    map.getContainer().focus({ preventScroll: true });
  }

  function setDrawing(on) {
    frame.classList.toggle("drawing", on);
    for (const name of ["finish", "cancel"]) tool(name).hidden = !on;
    for (const name of ["draw", "another", "clear", "centre"]) tool(name).hidden = on;
    map.doubleClickZoom[on ? "disable" : "enable"]();
    if (!on) drawing = null;
    line.setLatLngs([]);
    show();
  }

  function addToDrawing(latlng) {
    const to = snapped(latlng);
    const here = map.latLngToContainerPoint(to);
    const away = (one) => map.latLngToContainerPoint(at(one)).distanceTo(here);
    const { pairs } = drawing;
    if (pairs.length && away(pairs.at(-1)) < 3) return; // the second press of a double click
    if (pairs.length > 2 && away(pairs[0]) < SNAP) return finish();
    pairs.push(pair(to));
    line.setLatLngs(pairs.map(at));
    tell(say(words.drawn, { count: pairs.length }));
  }

  function finish() {
    const { pairs, keep } = drawing;
    if (pairs.length < 3) return tell(words.tooFew);
    setDrawing(false);
    tell("");
    change(() => (state.parts = [...(keep ? state.parts : []), [pairs]]));
  }

  function cancel() {
    setDrawing(false);
    tell("");
  }

  function whileDrawing(event) {
    if (event.key === "Enter") finish();
    else if (event.key === "Escape") cancel();
    else if (event.key === " ") addToDrawing(map.getCenter());
    else if (event.key === "Backspace") line.setLatLngs((drawing.pairs.pop(), drawing.pairs.map(at)));
    else return;
    L.DomEvent.stop(event);
  }

  map.on("click", ({ latlng }) => drawing && addToDrawing(latlng));
  map.on("dblclick", () => drawing && finish());
  map.on("mousemove", ({ latlng }) => drawing?.pairs.length && line.setLatLngs([...drawing.pairs.map(at), snapped(latlng)]));

  /* ---- begin ---- */

  const acts = {
    undo: () => turnBack(done, undone),
    redo: () => turnBack(undone, done),
    remove: () => chosen && removeCorner(chosen),
    clear: () => change(() => (state.parts = [])),
    centre: () => change(() => (state.point = pair(map.getCenter()))),
    draw: () => draw(false),
    another: () => draw(true),
    finish,
    cancel,
  };
  for (const [name, act] of Object.entries(acts)) tool(name).addEventListener("click", act);
  document.addEventListener("keydown", (event) => {
    if (event.target.matches("input, textarea, select")) return;
    const key = event.key.toLowerCase();
    if ((event.ctrlKey || event.metaKey) && (key === "z" || key === "y")) {
      event.preventDefault();
      acts[key === "y" || event.shiftKey ? "redo" : "undo"]();
    } else if (drawing && !event.target.closest("button")) whileDrawing(event);
  });
  for (const name of ["lon", "lat", "boundary"]) {
    field(name).addEventListener("change", () => {
      if (name === "boundary" && read(field(name).value) === null) return tell(words.unreadable);
      change(() => (state = readFields()));
    });
  }

  function layer(name, className) {
    const text = frame.dataset[name];
    if (!text) return;
    const style = () => ({ className });
    const pointToLayer = (_, latlng) => L.circleMarker(latlng, { radius: 9, className, interactive: false });
    L.geoJSON(JSON.parse(text), { style, pointToLayer, interactive: false }).addTo(map);
  }

  state = readFields();
  layer("theirs", "their-outline");
  layer("doubts", "doubt");
  L.control.zoom({ zoomInTitle: words.zoomIn, zoomOutTitle: words.zoomOut }).addTo(map);
  map.getContainer().setAttribute("role", "region");
  map.getContainer().setAttribute("aria-label", words.map);
  for (const part of document.querySelectorAll("[data-needs-script]")) part.hidden = false;
  setDrawing(false);
  if (state.parts.length) map.fitBounds(shape.getBounds(), { animate: false, maxZoom: 18, padding: [48, 48] });
  else if (state.point) map.setView(at(state.point), 17, { animate: false });
  map.on("moveend", () => {
    if (!dragging) showHandles();
    loadNeighbours();
  });
  showHandles();
  loadNeighbours();
})();

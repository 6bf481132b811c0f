/* What the map of estates is drawn with: marks, clusters, cards and the lines of the list, built from nodes and never
   from markup. Knows nothing of loading or of where the map stands; map.js does. */
"use strict";

globalThis.estateMap = (() => {
  const frame = document.getElementById("map-frame");
  if (!frame) return null;
  const words = JSON.parse(frame.dataset.words);
  const modes = JSON.parse(frame.dataset.modes);
  const language = document.documentElement.lang;
  const number = new Intl.NumberFormat(language);
  const say = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const modeWord = (mode) => modes[mode ?? "unknown"];

  function node(tag, className, ...content) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    made.append(...content.filter((part) => part !== undefined && part !== null));
    return made;
  }

  function button(className, text, act) {
    const made = node("button", className, text);
    made.type = "button";
    made.addEventListener("click", act);
    return made;
  }

  /* ---- marks ---- */

  const target = globalThis.markTarget; // more room than the shape, which stays the same
  const icons = {};
  for (const mode of Object.keys(modes)) {
    icons[mode] = L.divIcon({ className: `estate-mark ${mode}`, iconSize: [target, target], html: "" });
  }

  function mark(feature) {
    const [lon, lat] = feature.geometry.coordinates;
    const { code, name, mode } = feature.properties;
    const made = L.marker([lat, lon], { icon: icons[mode ?? "unknown"] ?? icons.unknown, title: name, autoPanOnFocus: false });
    const label = say(words.mark, { name, mode: modeWord(mode) });
    made.on("add", () => {
      made.getElement().setAttribute("aria-label", label);
      made.getElement().dataset.code = code;
    });
    return made;
  }

  /* the parts of a ring in the order of the key, so that the same mix looks the same everywhere */
  function ring(mix, total) {
    let before = 0;
    const parts = Object.keys(modes).filter((mode) => mix[mode]).map((mode) => {
      const from = before;
      before += (mix[mode] / total) * 100;
      return `var(--r-${mode}) ${from.toFixed(1)}% ${before.toFixed(1)}%`;
    });
    return `conic-gradient(${parts.join(", ")})`;
  }

  function mixWords(mix) {
    const found = Object.entries(mix).sort((a, b) => b[1] - a[1]);
    return found.map(([mode, count]) => say(words.part, { mode: modeWord(mode), count: number.format(count) })).join(words.comma);
  }

  function shortCount(count) {
    return count < 10000 ? String(count) : new Intl.NumberFormat(language, { notation: "compact", maximumSignificantDigits: 3 }).format(count);
  }

  function clusterMark(feature) {
    const [lon, lat] = feature.geometry.coordinates;
    const { count, modes: mix } = feature.properties;
    const size = target + 4 * Math.min(Math.floor(Math.log10(count)), 3);
    const shown = node("span", "ring");
    shown.style.background = ring(mix, count);
    const html = node("span", "cluster-face", shown, node("span", "count", shortCount(count)));
    const icon = L.divIcon({ className: "estate-cluster", iconSize: [size, size], html });
    const label = say(words.cluster, { count: number.format(count), modes: mixWords(mix) });
    const made = L.marker([lat, lon], { icon, title: label, autoPanOnFocus: false });
    made.on("add", () => made.getElement().setAttribute("aria-label", label));
    return made;
  }

  /* an estate that changed between two days: its reason as a letter in a shape, and in words */
  function changeMark({ geometry, properties: { name, reason, word, letter } }) {
    const [lon, lat] = geometry.coordinates;
    const icon = L.divIcon({ className: `change-mark ${reason}`, iconSize: [target, target], html: node("span", "", letter) });
    const label = say(words.mark, { name, mode: word });
    const made = L.marker([lat, lon], { icon, title: label, autoPanOnFocus: false });
    made.on("add", () => made.getElement().setAttribute("aria-label", label));
    return made;
  }

  /* ---- the card of one estate ---- */

  function facts(more) {
    const made = node("dl", "map-facts");
    const line = (term, value) => value && made.append(node("dt", "", term), node("dd", "", value));
    line(words.address, more.address);
    line(words.households, more.households === null ? null : number.format(more.households));
    line(words.completed, more.completion_year && String(more.completion_year));
    line(words.fee, more.service?.fee === null || !more.service ? null : say(words.perMonth, { fee: more.service.fee }));
    if (more.duty_phone) {
      const call = node("a", "", more.duty_phone);
      call.href = `tel:${more.duty_phone.replace(/[^\d+]/g, "")}`;
      line(words.dutyPhone, call);
    }
    return made;
  }

  /* for officials who may correct where an estate lies */
  function correction(code) {
    if (!frame.dataset.edit) return null;
    const link = node("a", "btn", words.correctPosition);
    link.href = say(frame.dataset.edit, { code });
    return link;
  }

  function card({ code, name, mode, company, url }, close, grown) {
    const made = node("div", "map-card");
    made.setAttribute("role", "group");
    made.setAttribute("aria-label", name);
    const link = node("a", "btn btn-primary", words.open);
    link.href = url;
    const who = node("p", company ? "" : "muted");
    if (company) {
      const whole = node("a", "", company.name);
      whole.href = say(frame.dataset.company, { code: company.credit_code });
      whole.title = words.allOfCompany;
      who.append(whole);
    } else who.append(words.nobody);
    const rest = node("div", "map-rest");
    made.append(node("h2", "", name), node("p", `mode ${mode ?? "unknown"}`, modeWord(mode)), who, rest);
    made.append(node("p", "map-card-end", link, correction(code), button("btn", words.close, close)));
    fetch(say(frame.dataset.facts, { code }), { credentials: "omit" })
      .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(String(answer.status)))))
      .then((more) => rest.replaceChildren(facts(more)))
      .catch(() => rest.replaceChildren(node("p", "muted", words.factsFailed)))
      .then(grown);
    return made;
  }

  /* ---- the list beside the map ---- */

  function entry({ properties }) {
    const { name, mode, company, url } = properties;
    const link = node("a", "map-name", name);
    link.href = url;
    return node("li", "", link, node("span", `mode ${mode ?? "unknown"}`, modeWord(mode)), company && node("span", "map-who", company.name));
  }

  function clusterEntry(feature, place, act) {
    const { count, modes: mix } = feature.properties;
    const text = say(place ? words.clusterAt : words.clusterLine, { count: number.format(count), place });
    return node("li", "cluster-line", button("plain map-name", text, act), node("span", "map-where", mixWords(mix)));
  }

  /* the name of the drawn division that a point lies in; nothing where none does */
  const names = JSON.parse(frame.dataset.divisions);
  function placeOf([lon, lat]) {
    for (const { feature } of globalThis.geo_json_divisions?.getLayers() ?? []) {
      const { type, coordinates } = feature.geometry;
      const holds = ([outer, ...holes]) => inside(outer, lon, lat) && !holes.some((hole) => inside(hole, lon, lat));
      if ((type === "Polygon" ? [coordinates] : coordinates).some(holds)) return names[feature.properties.code] ?? "";
    }
    return "";
  }

  function inside(points, lon, lat) {
    let found = false;
    for (let i = 0, j = points.length - 1; i < points.length; j = i++) {
      const [x, y] = points[i];
      const [u, v] = points[j];
      if (y > lat !== v > lat && lon < ((u - x) * (lat - y)) / (v - y) + x) found = !found;
    }
    return found;
  }

  return { frame, words, language, number, say, node, button, mark, clusterMark, changeMark, card, entry, clusterEntry, placeOf };
})();

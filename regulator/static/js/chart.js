// Draws the charts of a page; until then, and without scripts, the table stands there. Contract in components/chart.html.
// Expressions are interpreted, never compiled, and vega-embed brings neither styles nor links: the policy forbids them.
"use strict";
(() => {
  const OPTIONS = {
    mode: "vega-lite", ast: true, expr: globalThis.expressionInterpreter, renderer: "svg", actions: false, defaultStyle: false,
    tooltip: { disableDefaultStyle: true },
  };

  const specification = async (figure) => {
    const given = figure.dataset.chart;
    if (!given.startsWith("/")) return JSON.parse(given);
    const answer = await fetch(given, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`chart: ${answer.status}`);
    return answer.json();
  };

  const draw = async (figure) => {
    const place = figure.querySelector("[data-chart-place]");
    const table = figure.querySelector("[data-chart-table]");
    try {
      const spec = await specification(figure);
      place.hidden = false;
      // as wide as the page leaves room for; on paper the definition's own width holds
      await vegaEmbed(place, { ...spec, width: "container", autosize: { type: "fit-x", contains: "padding" } }, OPTIONS);
      place.setAttribute("aria-label", spec.description ?? "");
      if (table) table.open = false;
      figure.dataset.drawn = "";
    } catch (error) {
      place.hidden = true; // the table says it all
      console.warn(error);
    }
  };

  const figures = document.querySelectorAll("figure[data-chart]");
  if (figures.length === 0) return;
  const hint = document.createElement("div"); // vega-tooltip takes it over; those who listen have the table
  hint.id = "vg-tooltip-element";
  hint.className = "vg-tooltip";
  hint.setAttribute("aria-hidden", "true");
  document.body.append(hint);
  for (const figure of figures) draw(figure);
})();

/* What a pointer means among marks whose targets lie over one another: the nearest. Every mark has a target of 44 px
   around its shape, of 60 px on a touchscreen in a hall (body.kiosk), whatever one points with. */
"use strict";

globalThis.markTarget = document.body.classList.contains("kiosk") ? 60 : 44;

globalThis.markPresses = (map) => {
  const acts = new Map(); // the marks that stand on the map → what a press of each does
  let meant = null;

  function nearest(event) {
    const point = map.mouseEventToContainerPoint(event);
    let found = null;
    let least = Infinity;
    for (const made of acts.keys()) {
      const away = map.latLngToContainerPoint(made.getLatLng()).distanceTo(point);
      if (away < least) [found, least] = [made, away];
    }
    return found;
  }

  function say(made) {
    if (made === meant) return;
    meant?.getElement()?.classList.remove("meant");
    meant = made;
    meant?.getElement()?.classList.add("meant");
  }

  map.getContainer().addEventListener("pointermove", (event) => {
    say(event.target.closest(".leaflet-marker-icon") ? nearest(event) : null);
  });

  /* `act` gets the mark that is meant, and whether by key */
  return (made, act) => {
    made.on("add", () => acts.set(made, act));
    made.on("remove", () => acts.delete(made));
    made.on("click", ({ originalEvent: event }) => {
      if (event === undefined || event.detail === 0) return act(made, true);
      const found = nearest(event) ?? made;
      return acts.get(found)(found, false);
    });
    made.on("keydown", ({ originalEvent: event }) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      act(made, true);
    });
  };
};

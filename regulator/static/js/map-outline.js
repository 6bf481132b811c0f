/* Outlines as the editor holds them: parts of rings of [longitude, latitude], open at the end. Pure: no map, no page. */
"use strict";

globalThis.outlines = (() => {
  const DECIMALS = 7; // a centimetre, as the register keeps them
  const SEMI_MAJOR = 6378137; // CGCS2000, metres
  const FLATTENING = 1 / 298.257222101;
  const E2 = FLATTENING * (2 - FLATTENING);
  const radians = (degrees) => (degrees * Math.PI) / 180;

  /* parts from GeoJSON text: a geometry or a feature; null when it cannot be read */
  function read(text) {
    if (text.trim() === "") return [];
    try {
      let found = JSON.parse(text);
      if (found.type === "FeatureCollection") [found] = found.features;
      const { type, coordinates } = found.type === "Feature" ? found.geometry : found;
      if (type !== "Polygon" && type !== "MultiPolygon") return null;
      const parts = (type === "Polygon" ? [coordinates] : coordinates).map((rings) => rings.map(opened));
      return parts.flat(2).every((pair) => pair.length === 2 && pair.every(Number.isFinite)) ? parts : null;
    } catch {
      return null;
    }
  }

  function opened(ring) {
    const pairs = ring.map(([lon, lat]) => [lon, lat]);
    const [first, last] = [pairs[0], pairs.at(-1)];
    return pairs.length > 1 && first[0] === last[0] && first[1] === last[1] ? pairs.slice(0, -1) : pairs;
  }

  function write(parts) {
    if (parts.length === 0) return "";
    const kept = (pair) => pair.map((degrees) => Number(degrees.toFixed(DECIMALS)));
    const closed = (ring) => [...ring, ring[0]].map(kept);
    return JSON.stringify({ type: "MultiPolygon", coordinates: parts.map((rings) => rings.map(closed)) });
  }

  /* ㎡ on the ground: degrees scaled by the ellipsoid's radii at the middle, as the server measures */
  function area(parts) {
    const all = parts.flat(2);
    if (all.length === 0) return 0;
    const lats = all.map(([, lat]) => lat);
    const middle = radians((Math.min(...lats) + Math.max(...lats)) / 2);
    const root = Math.sqrt(1 - E2 * Math.sin(middle) ** 2);
    const east = radians((SEMI_MAJOR / root) * Math.cos(middle));
    const north = radians((SEMI_MAJOR * (1 - E2)) / root ** 3);
    const net = ([outer, ...holes]) => Math.abs(twice(outer)) - holes.reduce((sum, hole) => sum + Math.abs(twice(hole)), 0);
    return (parts.reduce((sum, rings) => sum + net(rings), 0) / 2) * east * north;
  }

  /* twice the enclosed area in square degrees, measured from the first corner so that no digits are lost */
  function twice(ring) {
    const [[x0, y0]] = ring;
    let sum = 0;
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      sum += (ring[j][0] - x0) * (ring[i][1] - y0) - (ring[i][0] - x0) * (ring[j][1] - y0);
    }
    return sum;
  }

  /* where [x, y] of pixels is drawn to: a corner within reach, else an edge; null for neither */
  function nearest([x, y], rings, reach) {
    let corner = null;
    let edge = null;
    let [toCorner, toEdge] = [reach, reach];
    for (const ring of rings) {
      for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
        const [u, v] = ring[i];
        const away = Math.hypot(u - x, v - y);
        if (away < toCorner) [corner, toCorner] = [[u, v], away];
        const [s, t] = ring[j];
        const [dx, dy] = [u - s, v - t];
        const along = Math.min(Math.max(((x - s) * dx + (y - t) * dy) / (dx * dx + dy * dy || 1), 0), 1);
        const [p, q] = [s + along * dx, t + along * dy];
        const aside = Math.hypot(p - x, q - y);
        if (aside < toEdge) [edge, toEdge] = [[p, q], aside];
      }
    }
    return corner ?? edge;
  }

  return { DECIMALS, read, write, area, nearest };
})();

// Asks every two seconds how far the work is and goes on when it has ended; contract in components/progress.html.
"use strict";
const EVERY_MS = 2000;
const ENDED = new Set(["done", "failed"]);
const number = new Intl.NumberFormat("en");

const follow = async (box) => {
  let state;
  try {
    const answer = await fetch(box.dataset.progress, { headers: { Accept: "application/json" }, cache: "no-store" });
    if (answer.status === 401 || answer.status === 404) {
      location.reload();
      return;
    }
    state = await answer.json();
  } catch {
    setTimeout(follow, EVERY_MS * 2, box);
    return;
  }
  const bar = box.querySelector("progress");
  if (state.total) {
    bar.max = state.total;
    bar.value = state.done;
  } else {
    bar.removeAttribute("value");
  }
  const count = state.total ? `${number.format(state.done)} / ${number.format(state.total)}` : number.format(state.done || 0);
  box.querySelector("[data-progress-count]").textContent = count;
  box.querySelector("[data-progress-note]").textContent = state.note || "";
  if (ENDED.has(state.state)) {
    if (state.next) location.assign(state.next);
    else location.reload();
    return;
  }
  setTimeout(follow, EVERY_MS, box);
};

for (const box of document.querySelectorAll("[data-progress]")) {
  if (!ENDED.has(box.dataset.state)) setTimeout(follow, EVERY_MS, box);
}

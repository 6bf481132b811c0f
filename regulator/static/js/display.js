// Large type (大字版) on public pages: kept in this browser only, set before the page is painted.
"use strict";
(() => {
  const KEY = "large-type";
  const root = document.documentElement;
  const kept = () => {
    try {
      return localStorage.getItem(KEY) === "1";
    } catch {
      return false;
    }
  };
  root.classList.toggle("large-type", kept());
  document.addEventListener("DOMContentLoaded", () => {
    for (const button of document.querySelectorAll("[data-large-type]")) {
      button.hidden = false;
      button.setAttribute("aria-pressed", String(kept()));
      button.addEventListener("click", () => {
        const large = root.classList.toggle("large-type");
        button.setAttribute("aria-pressed", String(large));
        try {
          localStorage.setItem(KEY, large ? "1" : "0");
        } catch {
          // storage is closed: the choice lasts as long as the page
        }
      });
    }
  });
})();

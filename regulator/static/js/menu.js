// Opens and closes the side menu on narrow screens; without scripts the link jumps to it instead.
"use strict";
for (const link of document.querySelectorAll("[data-menu-toggle]")) {
  const menu = document.getElementById(link.getAttribute("aria-controls"));
  link.setAttribute("role", "button");
  const show = (open) => {
    menu.classList.toggle("is-open", open);
    link.setAttribute("aria-expanded", String(open));
  };
  link.addEventListener("click", (event) => {
    event.preventDefault();
    show(link.getAttribute("aria-expanded") !== "true");
  });
  link.addEventListener("keydown", (event) => {
    if (event.key === " ") {
      event.preventDefault();
      link.click();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && link.getAttribute("aria-expanded") === "true") {
      show(false);
      link.focus();
    }
  });
}

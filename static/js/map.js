/* Writes the name of the territory under the pointer or the focus beside the map. The map works without it:
   each shape is a link with its own title. */

document.querySelectorAll("[data-map]").forEach((map) => {
  const caption = map.querySelector("[data-map-caption]");
  const atRest = caption.textContent;

  function name(event) {
    const link = event.target.closest("svg a");
    caption.textContent = link ? link.querySelector("title").textContent : atRest;
  }

  map.addEventListener("mouseover", name);
  map.addEventListener("focusin", name);
  map.addEventListener("mouseleave", () => {
    caption.textContent = atRest;
  });
  map.addEventListener("focusout", () => {
    caption.textContent = atRest;
  });
});

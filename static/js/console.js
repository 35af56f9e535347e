/* Reloads the console every few seconds, unless the organiser is writing or reading something that is folded. */
const EVERY = 5000;

function isBusy() {
  const active = document.activeElement;
  const isWriting = active && (active.matches("input:not([type=hidden]), textarea") || active.matches("button"));
  return isWriting || document.hidden || document.querySelector(".console details[open]");
}

window.setInterval(() => {
  if (!isBusy()) {
    window.location.reload();
  }
}, EVERY);

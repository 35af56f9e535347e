/* Keeps the console up to date part by part, without reloading it: a part under the organiser's hand (focus, pointer,
   something unfolded) is left as it is, and says that it has changed. */
const EVERY = 4000;
const LONGEST_WAIT = 30000;
const PATIENCE = 15000;

const status = document.querySelector("[data-console-status]");
const changed = new Map();
let isPressed = false;
let failures = 0;

/* The hidden token of forms differs at each answer: it is no change. */
function words(part) {
  const copy = part.cloneNode(true);
  copy.querySelectorAll("[name=csrfmiddlewaretoken], [data-part-changed]").forEach((one) => one.remove());
  return copy.innerHTML;
}

function isInHand(part) {
  const typed = [...part.querySelectorAll("input:not([type=hidden]), textarea")];
  return (
    part.contains(document.activeElement) ||
    part.matches(":hover") ||
    part.querySelector("details[open]") ||
    typed.some((field) => field.value !== field.defaultValue)
  );
}

function put(part, made) {
  changed.delete(part);
  part.replaceChildren(...document.adoptNode(made).childNodes);
}

function refresh(fresh) {
  for (const part of document.querySelectorAll("[data-part]")) {
    const made = fresh.getElementById(part.id);
    if (!made || words(made) === words(part)) {
      continue;
    }
    if (isInHand(part)) {
      changed.set(part, made);
      part.querySelector("[data-part-changed]").hidden = false;
    } else {
      put(part, made);
    }
    const news = part.dataset.part;
    if (Number(made.dataset.waiting) > Number(part.dataset.waiting) && status) {
      status.textContent = `${news} : ${made.dataset.waiting} à relire`;
    }
    part.dataset.waiting = made.dataset.waiting || "0";
  }
}

async function turn() {
  if (!document.hidden && !isPressed) {
    try {
      const answer = await fetch(window.location.pathname, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
      if (!answer.ok || answer.redirected) {
        throw new Error(answer.status);
      }
      refresh(new DOMParser().parseFromString(await answer.text(), "text/html"));
      failures = 0;
    } catch {
      failures += 1;
    }
  }
  window.setTimeout(turn, Math.min(EVERY * 2 ** Math.min(failures, 4), LONGEST_WAIT));
}

document.addEventListener("click", (event) => {
  const part = event.target.closest("[data-part-refresh]")?.closest("[data-part]");
  if (part && changed.has(part)) {
    put(part, changed.get(part));
    part.querySelector("h2").focus();
  }
});
document.addEventListener("pointerdown", () => {
  isPressed = true;
});
for (const name of ["pointerup", "pointercancel"]) {
  document.addEventListener(name, () => {
    isPressed = false;
  });
}
window.setTimeout(turn, EVERY);

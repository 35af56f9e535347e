/* Keeps the shared part of the room up to date: asks for the fragment at the pace the server sets, with some jitter so
   that a full room does not ask all at once. The opening of a poll is announced once, politely; focus never moves. */
const HIDDEN_FACTOR = 5;
const LONGEST_WAIT = 30000;
const PATIENCE = 15000;
const LOST_AFTER = 3;

const place = document.querySelector("[data-room]");
const status = document.querySelector("[data-room-status]");
const plain = document.querySelector("[data-room-plain]");

function inside(name) {
  return place.firstElementChild ? place.firstElementChild.dataset[name] || "" : "";
}

function announce(before) {
  const now = inside("openPoll");
  if (status && now !== before) {
    status.textContent = now ? `Un sondage est ouvert : ${inside("question")}` : "";
  }
}

/* Everyone gets the same fragment: only this page knows that its reader has answered. */
function sayAnswered() {
  const answered = place.dataset.answered;
  const call = answered ? place.querySelector(`[data-call="${CSS.escape(answered)}"]`) : null;
  if (call) {
    call.textContent = "Votre réponse est comptée. Merci.";
  }
}

/* The reader may be on a link of the part that is replaced: the same link of the new part gets the focus back. A cache
   on the way may still hold an older room than the one shown: that one is left aside. */
function replace(html) {
  const made = document.createElement("template");
  made.innerHTML = html;
  const version = made.content.firstElementChild?.dataset.version;
  if (Number(version) < Number(inside("version"))) {
    return false;
  }
  const focused = place.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  place.replaceChildren(made.content);
  sayAnswered();
  if (focused) {
    const same = [...place.querySelectorAll("a[href]")].find((link) => link.getAttribute("href") === focused);
    if (same) {
      same.focus({ preventScroll: true });
    }
  }
  return true;
}

function start() {
  let tag = `"${place.dataset.tag}"`;
  let failures = 0;
  let timer = 0;

  /* False when there is nothing more to ask: the event is gone, or its address has changed. */
  async function ask() {
    const answer = await fetch(place.dataset.room, {
      headers: { "If-None-Match": tag },
      cache: "no-store",
      credentials: "omit",
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (answer.status === 200) {
      const before = inside("openPoll");
      if (replace(await answer.text())) {
        tag = answer.headers.get("ETag") || tag;
        announce(before);
      }
    }
    failures = answer.ok || answer.status === 304 ? 0 : failures + 1;
    return answer.status !== 404;
  }

  async function turn() {
    timer = 0;
    let goesOn = true;
    try {
      goesOn = await ask();
    } catch {
      failures += 1;
    }
    say(goesOn);
    if (goesOn) {
      plan();
    }
  }

  /* Whoever no longer hears from the server must know it. */
  function say(goesOn) {
    if (plain) {
      plain.hidden = goesOn && failures < LOST_AFTER;
    }
  }

  function plan() {
    const asked = Number(inside("interval")) || 2000;
    const slowed = asked * 2 ** Math.min(failures, 5) * (document.hidden ? HIDDEN_FACTOR : 1);
    timer = window.setTimeout(turn, Math.min(slowed, LONGEST_WAIT) * (0.85 + 0.3 * Math.random()));
  }

  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && timer) {
      window.clearTimeout(timer);
      timer = window.setTimeout(turn, 500 * Math.random());
    }
  });
  say(true);
  sayAnswered();
  plan();
}

if (place) {
  start();
}

/* Keeps the shared part of the room up to date: asks for the fragment at the pace the server sets, with some jitter so
   that a full room does not ask all at once. The opening of a poll is announced once, politely; focus never moves. */
const HIDDEN_FACTOR = 5;
const LONGEST_WAIT = 30000;

const place = document.querySelector("[data-room]");
const status = document.querySelector("[data-room-status]");
const plain = document.querySelector("[data-room-plain]");

function inside(name) {
  return place.firstElementChild ? place.firstElementChild.dataset[name] || "" : "";
}

function announce(before) {
  const now = inside("openPoll");
  if (status && now && now !== before) {
    status.textContent = `Un sondage est ouvert : ${inside("question")}`;
  }
}

/* The reader may be on a link of the part that is replaced: the same link of the new part gets the focus back. */
function replace(html) {
  const focused = place.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  place.innerHTML = html;
  if (focused) {
    const same = [...place.querySelectorAll("a[href]")].find((link) => link.getAttribute("href") === focused);
    if (same) {
      same.focus({ preventScroll: true });
    }
  }
}

function start() {
  let tag = `"${place.dataset.tag}"`;
  let failures = 0;

  async function ask() {
    try {
      const answer = await fetch(place.dataset.room, {
        headers: { "If-None-Match": tag },
        cache: "no-store",
        credentials: "omit",
      });
      if (answer.status === 200) {
        const before = inside("openPoll");
        tag = answer.headers.get("ETag") || tag;
        replace(await answer.text());
        announce(before);
      }
      failures = answer.ok || answer.status === 304 ? 0 : failures + 1;
    } catch {
      failures += 1;
    }
    plan();
  }

  function plan() {
    const asked = Number(inside("interval")) || 2000;
    const slowed = asked * 2 ** Math.min(failures, 5) * (document.hidden ? HIDDEN_FACTOR : 1);
    window.setTimeout(ask, Math.min(slowed, LONGEST_WAIT) * (0.85 + 0.3 * Math.random()));
  }

  if (plain) {
    plain.hidden = true;
  }
  plan();
}

if (place) {
  start();
}

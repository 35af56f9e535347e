// Long forms: asks before a page with unsaved words is left, and keeps what was typed if the session ended.
//
// A form that says data-draft="<whose>:<what>" keeps its fields in this tab's own storage: nothing is sent anywhere,
// another tab does not see it, closing the tab empties it. `data-saved` names the last draft that the server took.
// A form with data-unsaved only warns.

const PREFIX = "draft:";
const SKIPPED = new Set(["csrfmiddlewaretoken", "draft"]);

const keys = () => Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX));

function fieldsOf(form) {
  return [...new FormData(form)].filter(([name, value]) => !SKIPPED.has(name) && typeof value === "string");
}

function read(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key));
  } catch {
    return null;
  }
}

function fill(form, fields) {
  const values = new Map();
  for (const [name, value] of fields) values.set(name, [...(values.get(name) || []), value]);
  for (const field of [...form.elements]) {
    if (!field.name || SKIPPED.has(field.name)) continue;
    const given = values.get(field.name) || [];
    if (field.type === "checkbox" || field.type === "radio") field.checked = given.includes(field.value);
    else field.value = given[0] ?? "";
  }
  // Rows of links that the page has no more: they leave with the form all the same.
  for (const [name, [value]] of values) {
    if (form.elements.namedItem(name)) continue;
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }
  form.querySelectorAll("textarea").forEach((area) => area.dispatchEvent(new Event("draft-restored")));
}

function offer(form, draft, forget) {
  const box = document.createElement("div");
  box.className = "fr-alert fr-alert--info fr-mb-4w";
  box.setAttribute("role", "status");
  const title = Object.assign(document.createElement("h2"), {
    className: "fr-alert__title",
    textContent: "Un texte non enregistré vous attend",
  });
  const words = Object.assign(document.createElement("p"), {
    textContent: `Vous l’aviez écrit ici le ${new Date(draft.at).toLocaleString("fr-FR", { dateStyle: "long", timeStyle: "short" })}, et il n’a pas été enregistré. Il n’est gardé que dans cet onglet.`,
  });
  const button = (label, look, action) => {
    const made = Object.assign(document.createElement("button"), { type: "button", className: `fr-btn ${look}`, textContent: label });
    made.addEventListener("click", () => {
      action();
      box.remove();
      (form.querySelector("[role=textbox], textarea:not([hidden]), input:not([type=hidden])") || form).focus();
    });
    const item = document.createElement("li");
    item.append(made);
    return item;
  };
  const choices = Object.assign(document.createElement("ul"), { className: "fr-btns-group fr-btns-group--inline-sm fr-mt-2w" });
  choices.append(
    button("Reprendre ce texte", "", () => {
      fill(form, draft.fields);
      form.dispatchEvent(new Event("input", { bubbles: true }));
    }),
    button("L’effacer", "fr-btn--secondary", forget),
  );
  box.append(title, words, choices);
  form.before(box);
}

function watch(form) {
  let unsaved = false;
  form.addEventListener("input", () => (unsaved = true));
  form.addEventListener("submit", () => (unsaved = false));
  window.addEventListener("beforeunload", (event) => {
    if (unsaved) event.preventDefault();
  });
  // « Renoncer » says what it does.
  form.querySelectorAll("[data-give-up]").forEach((link) => link.addEventListener("click", () => (unsaved = false)));
}

function keep(form) {
  const key = PREFIX + form.dataset.draft;
  const owner = `${PREFIX}${form.dataset.draft.split(":")[0]}:`;
  // Somebody else signs in on the same tab: what the person before wrote is not theirs to read.
  keys().forEach((other) => other.startsWith(owner) || sessionStorage.removeItem(other));
  const forget = () => sessionStorage.removeItem(key);
  const mark = Object.assign(document.createElement("input"), { type: "hidden", name: "draft", value: crypto.getRandomValues(new Uint32Array(3)).join("-") });
  form.append(mark);
  const draft = read(key);
  const taken = form.dataset.saved;
  if (draft && (draft.mark === taken || JSON.stringify(draft.fields) === JSON.stringify(fieldsOf(form)))) forget();
  // After an error the form holds what was sent: there is nothing to offer.
  else if (draft && !form.hasAttribute("data-answer")) offer(form, draft, forget);
  form.addEventListener("input", () => {
    const value = JSON.stringify({ mark: mark.value, at: Date.now(), fields: fieldsOf(form) });
    try {
      sessionStorage.setItem(key, value);
    } catch {
      // Storage is full or refused: the form works as without this script.
    }
  });
  form.querySelectorAll("[data-give-up]").forEach((link) => link.addEventListener("click", forget));
}

for (const form of document.querySelectorAll("form[data-draft], form[data-unsaved]")) {
  watch(form);
  if (form.dataset.draft) {
    try {
      keep(form);
    } catch {
      // A browser that refuses storage.
    }
  }
}

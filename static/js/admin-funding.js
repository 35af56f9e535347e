/* Two comforts of the page of a scheme, which works without them: trying it while writing, and finding places by name. */

const AFTER_CHANGE = 500;
const AFTER_TYPING = 200;

function liveTrial(form) {
  const results = form.querySelector("#trial-results");
  const button = form.querySelector("button[name=_try]");
  if (!results || !button) return;
  const status = form.querySelector("#trial-status");
  let timer = 0;
  let asking = null;

  async function ask() {
    if (asking) asking.abort();
    asking = new AbortController();
    const data = new FormData(form);
    data.set("_try", "fragment");
    try {
      const answer = await fetch(form.action || window.location.href, { method: "POST", body: data, signal: asking.signal });
      if (!answer.ok) throw new Error(String(answer.status));
      results.innerHTML = await answer.text();
      status.textContent = "Verdicts mis à jour, rien n’est enregistré.";
    } catch (error) {
      if (error.name !== "AbortError") status.textContent = "L’essai n’a pas répondu : utilisez le bouton.";
    }
  }

  button.addEventListener("click", (event) => {
    event.preventDefault();
    ask();
  });
  form.addEventListener("change", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, AFTER_CHANGE);
  });
}

let count = 0;

function placeSearch(area, address) {
  if (area.id.includes("__prefix__") || area.dataset.searchable) return;
  area.dataset.searchable = "yes";
  count += 1;
  const box = document.createElement("div");
  box.className = "place-search";
  const label = document.createElement("label");
  const input = document.createElement("input");
  const list = document.createElement("datalist");
  const said = document.createElement("span");
  input.type = "text";
  input.id = `place-search-${count}`;
  input.autocomplete = "off";
  list.id = `place-list-${count}`;
  input.setAttribute("list", list.id);
  label.htmlFor = input.id;
  label.textContent = "Ajouter un lieu par son nom";
  said.setAttribute("role", "status");
  box.append(label, input, list, said);
  area.before(box);
  let timer = 0;

  function take() {
    const chosen = [...list.options].find((option) => option.value === input.value);
    if (!chosen) return false;
    const codes = area.value.split(/[\s,;]+/).filter(Boolean);
    if (!codes.includes(chosen.value)) codes.push(chosen.value);
    area.value = codes.join("\n");
    said.textContent = `${chosen.value} : ${chosen.label}`;
    input.value = "";
    area.dispatchEvent(new Event("change", { bubbles: true }));
    return true;
  }

  async function ask() {
    const answer = await fetch(`${address}?q=${encodeURIComponent(input.value)}`);
    if (!answer.ok) return;
    const { results } = await answer.json();
    list.replaceChildren(
      ...results.map(({ value, label: text }) => {
        const option = document.createElement("option");
        option.value = value;
        option.label = text;
        option.textContent = text;
        return option;
      }),
    );
  }

  input.addEventListener("input", () => {
    if (take() || input.value.length < 2) return;
    clearTimeout(timer);
    timer = setTimeout(ask, AFTER_TYPING);
  });
  input.addEventListener("change", (event) => event.stopPropagation());
}

function searchAll(root) {
  const address = document.querySelector("[data-places-url]");
  if (!address) return;
  root.querySelectorAll(".places textarea").forEach((area) => placeSearch(area, address.dataset.placesUrl));
}

document.querySelectorAll("form#scheme_form").forEach(liveTrial);
searchAll(document);
document.addEventListener("formset:added", (event) => searchAll(event.target));

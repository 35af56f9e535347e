/* Proposes places while one types, on top of a search form that works without it.
   Pattern: ARIA 1.2 combobox with a listbox; focus stays in the field, the active option is named by
   aria-activedescendant. Choosing an option goes to its page; Enter without one sends the form.
   Where the form has a field marked data-place-code, choosing fills the box and that field instead; so it does where
   proposals have no address. The box is then the one marked data-place-input. */

const DELAY = 150;
const LEAST_SIGNS = 2;

function enhance(form) {
  const input = form.querySelector("[data-place-input]") || form.querySelector("input[name=q]");
  const code = form.querySelector("[data-place-code]");
  const list = form.querySelector("[role=listbox]");
  const status = form.querySelector("[data-place-search-status]");
  let options = [];
  let active = -1;
  let timer = 0;
  let request = null;
  let shown = "";

  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");

  function close() {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    activate(-1);
  }

  /* Closed by the person: what is still being asked must not open the list again, over what they look at now. */
  function dismiss() {
    clearTimeout(timer);
    if (request) request.abort();
    close();
  }

  function open() {
    if (!options.length) return;
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
  }

  function activate(index) {
    if (options[active]) options[active].setAttribute("aria-selected", "false");
    active = index;
    const option = options[active];
    if (!option) {
      input.removeAttribute("aria-activedescendant");
      return;
    }
    option.setAttribute("aria-selected", "true");
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  function part(className, text) {
    const element = document.createElement("span");
    element.className = className;
    element.textContent = text;
    return element;
  }

  function show(answer) {
    list.replaceChildren();
    options = answer.results.map((result, index) => {
      const option = document.createElement("li");
      option.id = `${list.id}-${index}`;
      option.className = "place-search__option";
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      if (result.url) option.dataset.url = result.url;
      option.dataset.code = result.code;
      option.dataset.label = result.label;
      option.append(part("place-search__name", result.label), " ", part("place-search__detail", result.detail));
      list.append(option);
      return option;
    });
    active = -1;
    input.removeAttribute("aria-activedescendant");
    status.textContent = answer.status;
    if (options.length && document.activeElement === input) open();
    else close();
  }

  async function ask() {
    const text = input.value.trim();
    if (request) request.abort();
    if (text.length < LEAST_SIGNS) {
      options = [];
      list.replaceChildren();
      status.textContent = "";
      shown = "";
      close();
      return;
    }
    if (text === shown) {
      open();
      return;
    }
    request = new AbortController();
    try {
      const address = new URL(form.dataset.placeSearch, document.baseURI); /* it may hold a filter already */
      address.searchParams.set("q", text);
      const response = await fetch(address, { signal: request.signal, headers: { Accept: "application/json" } });
      if (!response.ok) return;
      show(await response.json());
      shown = text;
    } catch (error) {
      if (error.name !== "AbortError") close(); /* the form still works by itself */
    }
  }

  function later() {
    clearTimeout(timer);
    timer = setTimeout(ask, DELAY);
  }

  function choose(option) {
    dismiss();
    if (!code && option.dataset.url) {
      window.location.assign(option.dataset.url);
      return;
    }
    input.value = option.dataset.label;
    shown = input.value;
    if (code) code.value = option.dataset.code;
  }

  const keys = {
    ArrowDown() {
      if (list.hidden) open();
      else activate(active + 1 < options.length ? active + 1 : 0);
      if (!list.hidden && active < 0) activate(0);
      return options.length > 0;
    },
    ArrowUp() {
      if (list.hidden) open();
      activate(active > 0 ? active - 1 : options.length - 1);
      return options.length > 0;
    },
    Home() {
      if (list.hidden || active < 0) return false;
      activate(0);
      return true;
    },
    End() {
      if (list.hidden || active < 0) return false;
      activate(options.length - 1);
      return true;
    },
    Enter() {
      if (list.hidden || active < 0) return false;
      choose(options[active]);
      return true;
    },
    Escape() {
      const wasOpen = !list.hidden;
      dismiss();
      return wasOpen;
    },
    Tab() {
      dismiss();
      return false;
    },
  };

  input.addEventListener("input", () => {
    if (code) code.value = ""; /* what is typed now is no longer what was chosen */
    later();
  });
  input.addEventListener("keydown", (event) => {
    const act = keys[event.key];
    if (act && !event.isComposing && !event.altKey && !event.ctrlKey && !event.metaKey && act()) event.preventDefault();
  });
  input.addEventListener("blur", dismiss);
  list.addEventListener("mousedown", (event) => event.preventDefault()); /* keeps the focus in the field */
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) choose(option);
  });
}

document.querySelectorAll("[data-place-search]").forEach(enhance);

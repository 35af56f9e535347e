// Turns the text area of a presentation into an editor. Without this script, the text area stays and works.
//
// The editor's engine is the one shipped by django-prose-editor. Its own menu speaks English and draws letters of an
// icon font; this bar is made of DSFR buttons, and no style element is injected, which the page's policy would refuse.

const BUTTONS = [
  { label: "Gras", icon: "fr-icon-bold", mark: "bold", run: (chain) => chain.toggleBold() },
  { label: "Italique", icon: "fr-icon-italic", mark: "italic", run: (chain) => chain.toggleItalic() },
  { label: "Titre", icon: "fr-icon-h-3", mark: "heading", with: { level: 3 }, run: (chain) => chain.toggleHeading({ level: 3 }) },
  { label: "Sous-titre", icon: "fr-icon-h-4", mark: "heading", with: { level: 4 }, run: (chain) => chain.toggleHeading({ level: 4 }) },
  { label: "Liste", icon: "fr-icon-list-unordered", mark: "bulletList", run: (chain) => chain.toggleBulletList() },
  { label: "Liste numérotée", icon: "fr-icon-list-ordered", mark: "orderedList", run: (chain) => chain.toggleOrderedList() },
  { label: "Citation", icon: "fr-icon-quote-line", mark: "blockquote", run: (chain) => chain.toggleBlockquote() },
];

function element(tag, properties = {}, children = []) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-") || name === "role") node.setAttribute(name, value);
    else node[name] = value;
  }
  node.append(...children);
  return node;
}

function barButton(label, icon, onClick) {
  const button = element("button", {
    type: "button",
    title: label,
    className: `editor__button fr-btn fr-btn--tertiary-no-outline fr-btn--sm ${icon}`,
    textContent: label,
    "aria-pressed": "false",
  });
  button.addEventListener("click", onClick);
  return button;
}

// One stop for the Tab key, arrows inside: the usual keyboard of a toolbar.
function roving(bar) {
  const buttons = () => [...bar.querySelectorAll("button:not(:disabled)")];
  const stopAt = (chosen) => buttons().forEach((button) => (button.tabIndex = button === chosen ? 0 : -1));
  bar.addEventListener("focusin", (event) => stopAt(event.target));
  bar.addEventListener("keydown", (event) => {
    const all = buttons();
    const here = all.indexOf(document.activeElement);
    const steps = { ArrowRight: here + 1, ArrowLeft: here - 1, Home: 0, End: all.length - 1 };
    if (!(event.key in steps)) return;
    event.preventDefault();
    all[(steps[event.key] + all.length) % all.length].focus();
  });
  stopAt(buttons()[0]);
}

// What people type without tags, as the server reads it (territories/rich_text.py): paragraphs, lists with dashes.
function fromTyped(text) {
  if (/<\/?[a-z][^<>]*>/i.test(text)) return text;
  const safe = (line) => line.replace(/&/g, "&amp;").replace(/</g, "&lt;");
  const bullet = /^[-*•]\s+/;
  return text
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.split("\n").map((line) => line.trim()).filter(Boolean))
    .filter((lines) => lines.length)
    .map((lines) =>
      lines.every((line) => bullet.test(line))
        ? `<ul>${lines.map((line) => `<li><p>${safe(line.replace(bullet, ""))}</p></li>`).join("")}</ul>`
        : `<p>${lines.map(safe).join("<br>")}</p>`,
    )
    .join("");
}

// The engine's own focus command waits for the next frame: what is typed meanwhile would be lost.
function focused(editor) {
  editor.view.focus();
  return editor.chain();
}

function linkPanel(editor, id) {
  const input = element("input", { id: `${id}-link`, className: "fr-input", type: "url", placeholder: "https://" });
  const message = element("p", { className: "fr-error-text", id: `${id}-link-error`, hidden: true });
  message.textContent = "L’adresse commence par https://, http:// ou mailto:.";
  const apply = element("button", { type: "button", className: "fr-btn fr-btn--sm", textContent: "Poser le lien" });
  const remove = element("button", { type: "button", className: "fr-btn fr-btn--sm fr-btn--secondary", textContent: "Retirer le lien" });
  const group = element("div", { className: "fr-input-group" }, [
    element("label", { className: "fr-label", htmlFor: input.id, textContent: "Adresse du lien (choisissez d’abord des mots)" }),
    input,
    message,
  ]);
  const panel = element("div", { className: "editor__link", hidden: true }, [group, apply, remove]);
  const close = () => {
    panel.hidden = true;
    focused(editor);
  };
  const save = () => {
    const href = input.value.trim();
    const isFine = /^(https?:\/\/[^\s/]|mailto:[^\s@]+@)/i.test(href);
    message.hidden = isFine;
    if (!isFine) {
      input.setAttribute("aria-invalid", "true");
      input.setAttribute("aria-describedby", message.id);
      input.focus();
      return;
    }
    input.removeAttribute("aria-invalid");
    focused(editor).extendMarkRange("link").setLink({ href }).run();
    close();
  };
  apply.addEventListener("click", save);
  remove.addEventListener("click", () => {
    focused(editor).extendMarkRange("link").unsetLink().run();
    close();
  });
  panel.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target === input) {
      event.preventDefault();
      save();
    }
    if (event.key === "Escape") close();
  });
  const open = () => {
    input.value = editor.getAttributes("link").href || "";
    message.hidden = true;
    panel.hidden = false;
    input.focus();
  };
  return { panel, open };
}

async function enhance(place) {
  const textarea = place.querySelector("textarea[data-rich-text]");
  if (!textarea) return;
  const engine = await import(place.dataset.editor);
  const label = place.querySelector(`label[for="${textarea.id}"]`);
  const surface = element("div");
  const bar = element("div", { className: "editor__bar", role: "toolbar", "aria-label": "Mise en forme" });
  const frame = element("div", { className: "editor" }, [bar, surface]);
  textarea.after(frame);

  const attributes = { role: "textbox", "aria-multiline": "true", "aria-labelledby": label.id || (label.id = `${textarea.id}-label`) };
  for (const name of ["aria-invalid", "aria-describedby"]) {
    if (textarea.hasAttribute(name)) attributes[name] = textarea.getAttribute(name);
  }
  const editor = new engine.Editor({
    element: surface,
    injectCSS: false,
    content: fromTyped(textarea.value),
    editorProps: { attributes },
    extensions: [
      engine.Document,
      engine.Paragraph,
      engine.Text,
      engine.Bold,
      engine.Italic,
      engine.Heading.configure({ levels: [3, 4] }),
      engine.BulletList,
      engine.OrderedList,
      engine.ListItem,
      engine.Blockquote,
      engine.HardBreak,
      engine.Link.configure({ autolink: false, protocols: ["http", "https", "mailto"] }),
      engine.History,
      engine.Gapcursor,
    ],
    onUpdate() {
      textarea.value = editor.isEmpty ? "" : editor.getHTML();
      textarea.dispatchEvent(new Event("input", { bubbles: true }));
    },
  });
  textarea.addEventListener("draft-restored", () => editor.commands.setContent(fromTyped(textarea.value), { emitUpdate: false }));
  // Somebody was quicker than the engine: what they typed is in the editor, and so is their cursor.
  const wasTyping = document.activeElement === textarea;
  textarea.hidden = true;
  if (wasTyping) {
    editor.commands.focus("end");
    focused(editor);
  }
  label.addEventListener("click", () => focused(editor));

  const watched = BUTTONS.map((entry) => {
    const button = barButton(entry.label, entry.icon, () => entry.run(focused(editor)).run());
    bar.append(button);
    return [button, () => editor.isActive(entry.mark, entry.with || {})];
  });
  const link = linkPanel(editor, textarea.id);
  const linkButton = barButton("Lien", "fr-icon-link", link.open);
  watched.push([linkButton, () => editor.isActive("link")]);
  bar.append(linkButton);
  for (const [name, icon, run] of [
    ["Annuler", "fr-icon-arrow-go-back-line", () => focused(editor).undo().run()],
    ["Rétablir", "fr-icon-arrow-go-forward-line", () => focused(editor).redo().run()],
  ]) {
    const button = barButton(name, icon, run);
    button.removeAttribute("aria-pressed");
    bar.append(button);
  }
  bar.after(link.panel);
  roving(bar);
  editor.on("transaction", () => {
    for (const [button, isOn] of watched) button.setAttribute("aria-pressed", String(isOn()));
  });
}

for (const place of document.querySelectorAll("[data-editor]")) {
  // A browser too old for the engine keeps the plain text area.
  enhance(place).catch(() => place.querySelector("textarea")?.removeAttribute("hidden"));
}

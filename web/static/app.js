// What scripts add: everything here has a way without them.
"use strict";

// What a login's forms carry; a script that sends something puts it into the headers.
const token = document.querySelector("meta[name=kb-token]");
const sending = token ? { "X-CSRF-Token": token.content } : {};

// Copying a citation with one press.
for (const button of document.querySelectorAll("[data-copy-button]")) button.hidden = false;
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy-button]");
  if (!button) return;
  const box = button.closest(".copybox");
  const source = box.querySelector("[data-copy]");
  try {
    await navigator.clipboard.writeText(source.innerText.trim());
    box.querySelector("[role=status]").textContent = button.dataset.done;
  } catch {
    getSelection().selectAllChildren(source);
  }
});

// A ticked box narrows at once; the button stays for those who tick several by keyboard.
document.addEventListener("change", (event) => {
  const field = event.target;
  if (field.form && field.matches(".facets input[type=checkbox], .options select, .options input")) {
    field.form.requestSubmit();
  }
});

// On a phone the citation card is a sheet from below: closed at first, so that the passage is seen.
const sheet = document.querySelector(".citing");
if (sheet && matchMedia("(max-width: 56rem)").matches) sheet.open = false;
const outline = document.querySelector(".outline details");
if (outline && matchMedia("(max-width: 56rem)").matches) outline.open = false;

// The numbers in a comparison open their passage beside the table.
const panel = document.getElementById("panel");
if (panel) {
  const body = panel.querySelector(".panel-body");
  let opener = null;
  const close = () => { panel.hidden = true; if (opener) opener.focus(); };
  panel.querySelector(".panel-close").addEventListener("click", close);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && !panel.hidden) close(); });
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-span]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    const answer = await fetch(link.dataset.span).catch(() => null);
    if (!answer || !answer.ok) { location.href = link.href; return; }
    body.innerHTML = await answer.text();
    for (const button of body.querySelectorAll("[data-copy-button]")) button.hidden = false;
    opener = link;
    panel.hidden = false;
    panel.querySelector(".panel-close").focus();
  });
}

// Collecting without leaving the place: the form's own way is taken when this fails.
document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-collect]");
  if (!form || form.dataset.failed) return;
  event.preventDefault();
  const sent = { method: "POST", body: new FormData(form), headers: { Accept: "application/json", ...sending } };
  const answer = await fetch(form.action, sent).catch(() => null);
  if (!answer || !answer.ok) { form.dataset.failed = "1"; form.requestSubmit(); return; }
  const { passages } = await answer.json();
  for (const count of document.querySelectorAll("[data-basket-count]")) count.textContent = passages;
  const link = document.createElement("a");
  link.className = "collected";
  link.href = "/baskets";
  link.textContent = form.dataset.done;
  form.replaceWith(link);
  link.focus();
});

// Words selected in a document can be collected: their offsets are counted in code points, as citations are.
const selected = document.querySelector("form[data-selection]");
if (selected) {
  const place = (node, offset) => {
    const element = node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement;
    const line = element && element.closest(".text [id^='p-']");
    if (!line) return null;
    const range = document.createRange();
    range.setStart(line, 0);
    range.setEnd(node, offset);
    const cell = element.closest("td");
    const before = cell ? 3 * [...line.children].indexOf(cell) : 0; // the text has " | " between cells
    return Number(line.id.slice(2)) + [...range.toString()].length + before;
  };
  document.addEventListener("selectionchange", () => {
    const selection = getSelection();
    const range = selection.rangeCount && !selection.isCollapsed ? selection.getRangeAt(0) : null;
    const start = range && place(range.startContainer, range.startOffset);
    const end = range && place(range.endContainer, range.endOffset);
    selected.hidden = !(start !== null && end !== null && start < end);
    if (selected.hidden) return;
    const { selection: id, version } = selected.dataset;
    selected.elements.span.value = `${id}:${start}-${end}:${version}`;
  });
}

// Entries of a basket can be dragged; the buttons do the same without.
const order = document.getElementById("order");
const entries = document.querySelector("[data-reorder]");
if (order && entries) {
  let dragged = null;
  for (const entry of entries.children) {
    const handle = entry.querySelector(".handle");
    handle.hidden = false;
    handle.addEventListener("pointerdown", () => { entry.draggable = true; });
    handle.addEventListener("pointerup", () => { entry.draggable = false; });
    entry.addEventListener("dragstart", () => { dragged = entry; entry.classList.add("dragging"); });
    entry.addEventListener("dragend", () => {
      entry.draggable = false;
      entry.classList.remove("dragging");
      for (const other of entries.children) other.classList.remove("target");
      dragged = null;
    });
    entry.addEventListener("dragover", (event) => {
      if (!dragged) return;
      event.preventDefault();
      for (const other of entries.children) other.classList.toggle("target", other === entry);
    });
    entry.addEventListener("drop", (event) => {
      event.preventDefault();
      if (!dragged || dragged === entry) return;
      entry.before(dragged);
      order.elements.ids.value = [...entries.children].map((one) => one.dataset.entry).join(" ");
      order.requestSubmit();
    });
  }
}

// Files and folders dropped or chosen are sent in portions, each of which becomes a job.
const uploads = document.querySelector("form[data-upload]");
if (uploads) {
  const MOST_FILES = 100, MOST_BYTES = 64 << 20, LARGEST = 100 << 20;
  const progress = uploads.querySelector("[data-progress]");
  const said = uploads.dataset;
  const litter = (name) => /^(\.|~\$|thumbs\.db$|desktop\.ini$)/i.test(name);
  const say = (text, names = []) => {
    progress.textContent = text;
    if (!names.length) return;
    const list = document.createElement("ul");
    for (const name of names) list.appendChild(document.createElement("li")).textContent = name;
    progress.append(list);
  };
  const portions = (files) => {
    const all = [];
    let bytes = Infinity;
    for (const one of files) {
      if (bytes + one.file.size > MOST_BYTES || all.at(-1).length >= MOST_FILES) { all.push([]); bytes = 0; }
      all.at(-1).push(one);
      bytes += one.file.size;
    }
    return all;
  };
  const post = (portion, told) => new Promise((resolve, reject) => {
    const body = new FormData();
    if (uploads.elements.collection) body.append("collection", uploads.elements.collection.value);
    for (const { file, name } of portion) body.append("files", file, name);
    const request = new XMLHttpRequest();
    request.open("POST", uploads.action);
    request.setRequestHeader("Accept", "application/json");
    for (const [name, value] of Object.entries(sending)) request.setRequestHeader(name, value);
    request.upload.addEventListener("progress", (event) => told(event.loaded));
    request.addEventListener("load", () => request.status === 202 ? resolve(JSON.parse(request.responseText)) : reject());
    request.addEventListener("error", reject);
    request.send(body);
  });
  const send = async (files) => {
    const large = files.filter(({ file }) => file.size > LARGEST);
    const wanted = files.filter(({ file }) => file.size <= LARGEST);
    if (large.length) say(said.large, large.map(({ name }) => name));
    if (!wanted.length) { if (!large.length) say(said.nothing); return; }
    const total = wanted.reduce((sum, { file }) => sum + file.size, 1);
    const jobs = [];
    let before = 0;
    for (const portion of portions(wanted)) {
      const told = (loaded) => say(said.sending.replace("{percent}", Math.min(99, Math.round(100 * (before + loaded) / total))));
      told(0);
      const made = await post(portion, told).catch(() => null);
      if (!made) { say(said.failed, portion.map(({ name }) => name)); return; }
      jobs.push(made.url);
      before += portion.reduce((sum, { file }) => sum + file.size, 0);
    }
    if (!large.length) location.href = jobs.length === 1 ? jobs[0] : "/library/jobs";
  };
  const entries = async (entry, folder) => {
    if (entry.isFile) {
      if (folder && litter(entry.name)) return [];
      const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
      return [{ file, name: folder + entry.name }];
    }
    const reader = entry.createReader();
    const found = [];
    for (;;) {
      const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
      if (!some.length) break;
      for (const one of some) found.push(...await entries(one, `${folder}${entry.name}/`));
    }
    return found;
  };
  uploads.classList.add("live"); // what is chosen is sent at once
  const area = uploads.closest(".upload");
  area.addEventListener("dragover", (event) => { event.preventDefault(); area.classList.add("over"); });
  area.addEventListener("dragleave", () => area.classList.remove("over"));
  area.addEventListener("drop", async (event) => {
    event.preventDefault();
    area.classList.remove("over");
    const dropped = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry()).filter(Boolean);
    const files = [];
    for (const entry of dropped) files.push(...await entries(entry, ""));
    send(files);
  });
  const chosen = () => [...uploads.querySelectorAll("input[type=file]")].flatMap((input) => [...input.files])
    .filter((file) => !file.webkitRelativePath || !litter(file.name))
    .map((file) => ({ file, name: file.webkitRelativePath || file.name }));
  uploads.addEventListener("submit", (event) => { event.preventDefault(); send(chosen()); });
  uploads.addEventListener("change", (event) => {
    const files = event.target.type === "file" ? chosen() : [];
    if (files.length) send(files);
  });
}

// A job shows what becomes of its files as it happens; without this the page is loaded again now and then.
const job = document.querySelector("[data-job][data-events]");
if (job) {
  const source = new EventSource(job.dataset.events);
  let due = false, busy = false;
  const show = async () => {
    if (busy) { due = true; return; }
    busy = true;
    due = false;
    const answer = await fetch(job.dataset.job).catch(() => null);
    if (answer && answer.ok) job.innerHTML = await answer.text();
    setTimeout(() => { busy = false; if (due) show(); }, 700);
  };
  source.addEventListener("job", (event) => {
    show();
    if (!["waiting", "running"].includes(JSON.parse(event.data).state)) source.close();
  });
}

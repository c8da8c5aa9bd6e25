// What scripts add: everything here has a way without them.
"use strict";

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

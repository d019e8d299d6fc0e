// What the pages do beyond links and forms. Every page is complete without this file.
"use strict";

(() => {
  const encoder = new TextEncoder();

  function show(root) {
    for (const button of root.querySelectorAll("[data-copy]")) button.hidden = false;
    for (const note of root.querySelectorAll("[data-without-script]")) note.hidden = true;
  }

  // The body of CDS Hooks feedback for one card: accepted with a suggestion, overridden without.
  function feedbackOf(form) {
    const given = new FormData(form);
    const item = { card: given.get("card"), outcomeTimestamp: new Date().toISOString() };
    if (given.has("suggestion")) {
      item.outcome = "accepted";
      item.acceptedSuggestions = [{ id: given.get("suggestion") }];
      return { feedback: [item] };
    }
    item.outcome = "overridden";
    const override = {};
    if (given.get("reason")) {
      const [system, code] = given.get("reason").split("|");
      override.reason = { system, code };
    }
    if (given.get("comment")) override.userComment = given.get("comment");
    if (Object.keys(override).length) item.overrideReason = override;
    return { feedback: [item] };
  }

  async function sendFeedback(form) {
    const body = feedbackOf(form);
    const result = form.closest("article").querySelector(".feedback-result");
    let taken = false;
    try {
      const answer = await fetch(form.dataset.feedback, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
      });
      taken = answer.ok;
    } catch {
      taken = false;
    }
    const said = document.createElement("p");
    said.textContent = taken ? result.dataset.sent : result.dataset.failed;
    const sent = document.createElement("pre");
    sent.tabIndex = 0;
    sent.setAttribute("role", "group");
    sent.setAttribute("aria-label", result.dataset.body);
    sent.textContent = `POST ${form.dataset.feedback}\n${JSON.stringify(body, null, 2)}`;
    result.className = "feedback-result ds-alert";
    result.dataset.color = taken ? "success" : "danger";
    result.replaceChildren(said, sent);
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.feedback) {
      event.preventDefault();
      sendFeedback(form);
    } else if (form.dataset.mostBytes) {
      const file = form.elements.file.files[0];
      const size = file ? file.size : encoder.encode(form.elements.json.value).length;
      const warning = form.querySelector("#too-large");
      warning.hidden = size <= Number(form.dataset.mostBytes);
      if (!warning.hidden) {
        event.preventDefault();
        event.stopImmediatePropagation();
      }
    }
  }, true);

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = button.dataset.done;
  });

  for (const kind of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(kind, (event) => {
      if (event.target.id !== "json") return;
      event.target.classList.toggle("dropping", kind === "dragover");
      if (kind === "dragover") event.preventDefault();
      const file = kind === "drop" && event.dataTransfer.files[0];
      if (file) {
        event.preventDefault();
        file.text().then((text) => { event.target.value = text; });
      }
    });
  }

  // After a part of the page was swapped, a person who reads by ear or keyboard goes on where it changed.
  document.addEventListener("htmx:afterSettle", (event) => {
    show(document);
    const next = document.querySelector("#refusal, #understood-heading, #result-heading");
    if (next && event.detail.elt.id === "work") next.focus();
  });

  show(document);
})();

// Comforts of Sunmall's pages. Everything works without this file; it only saves clicks.
(() => {
  "use strict";

  // -- suggestions: arrow keys walk them, Escape closes them, leaving the box closes them ------------------------

  const options = (list) => [...list.querySelectorAll("[role=option]")];

  function show(input, list, visible) {
    const open = visible && options(list).length > 0;
    list.hidden = !open;
    input.setAttribute("aria-expanded", String(open));
    if (!open) input.removeAttribute("aria-activedescendant");
  }

  function walk(input, list, by) {
    const all = options(list);
    const now = all.findIndex((one) => one.getAttribute("aria-selected") === "true");
    const next = now < 0 && by < 0 ? all.length - 1 : (now + by + all.length) % all.length;
    all.forEach((one, place) => one.setAttribute("aria-selected", String(place === next)));
    input.setAttribute("aria-activedescendant", all[next].id);
    all[next].scrollIntoView({ block: "nearest" });
  }

  for (const input of document.querySelectorAll("[data-suggest]")) {
    const list = document.getElementById(input.getAttribute("aria-controls"));
    new MutationObserver(() => show(input, list, document.activeElement === input && input.value.trim() !== ""))
      .observe(list, { childList: true });
    input.addEventListener("keydown", (event) => {
      const open = !list.hidden && options(list).length > 0;
      if (event.key === "Escape" && open) {
        show(input, list, false);
        event.preventDefault();
      } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && options(list).length) {
        show(input, list, true);
        walk(input, list, event.key === "ArrowDown" ? 1 : -1);
        event.preventDefault();
      } else if (event.key === "Enter" && open) {
        const chosen = list.querySelector("[aria-selected=true]");
        if (chosen) {
          event.preventDefault();
          chosen.click();
        }
      }
    });
    input.addEventListener("focus", () => show(input, list, input.value.trim() !== ""));
    input.form.addEventListener("focusout", (event) => {
      if (!input.form.contains(event.relatedTarget)) show(input, list, false);
    });
  }

  // -- choices that take effect at once; without this file their own button does it ------------------------------

  for (const button of document.querySelectorAll("[data-without-script]")) button.hidden = true;
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit-on-change]")) event.target.form.requestSubmit();
  });

  // -- comparison: count what is ticked, and no more than allowed ------------------------------------------------

  for (const form of document.querySelectorAll("[data-compare]")) {
    const most = Number(form.dataset.compare);
    const boxes = [...document.querySelectorAll(`input[type=checkbox][form="${form.id}"]`)];
    const hidden = form.querySelectorAll("input[type=hidden][name=ids]").length;
    const refresh = () => {
      const ticked = new Set(boxes.filter((box) => box.checked).map((box) => box.value)).size + hidden;
      for (const one of form.querySelectorAll("[data-compare-count]")) one.textContent = String(ticked);
      for (const box of boxes) box.disabled = !box.checked && ticked >= most;
      form.hidden = ticked === 0;
    };
    for (const box of boxes) box.addEventListener("change", refresh);
    refresh();
  }

  // -- folds that stand open on a desk begin closed on a phone ------------------------------------------------------

  for (const fold of document.querySelectorAll("details[data-fold-below]")) {
    const narrow = window.matchMedia(`(max-width: ${Number(fold.dataset.foldBelow) - 0.02}px)`);
    const follow = () => { fold.open = !narrow.matches; };
    narrow.addEventListener("change", follow);
    follow();
  }

  // -- on a phone the strip of links is pushed so far that the present one can be seen ------------------------------

  const strip = document.querySelector(".site-nav .links");
  const present = strip?.querySelector("[aria-current=page]");
  if (present && strip.scrollWidth > strip.clientWidth) {
    const [frame, link] = [strip.getBoundingClientRect(), present.getBoundingClientRect()];
    strip.scrollLeft += link.left - frame.left - (frame.width - link.width) / 2;
  }

  // -- the review desk by keyboard: J and K walk, X ticks, A ticks all or none; letters typed into a field stay there --

  const desk = document.querySelector("[data-review-desk]");
  if (desk) {
    const boxes = [...desk.querySelectorAll("input[type=checkbox][name=document]")];
    const walkTo = (place) => boxes[Math.min(Math.max(place, 0), boxes.length - 1)]?.focus();
    const keys = {
      j: (now) => walkTo(now + 1),
      k: (now) => walkTo(now - 1),
      x: (now) => { if (now >= 0) boxes[now].checked = !boxes[now].checked; },
      a: () => {
        const all = boxes.every((box) => box.checked);
        for (const box of boxes) box.checked = !all;
      },
    };
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      if (event.target.matches("textarea, select, input:not([type=checkbox])")) return;
      const deed = keys[event.key.toLowerCase()];
      if (!deed) return;
      deed(boxes.indexOf(document.activeElement));
      event.preventDefault();
    });
  }

  // -- questions by keyboard: J and K walk from card to card, Y, N and L press its buttons ---------------------------

  const questions = document.querySelector("[data-question-desk]");
  if (questions) {
    const cards = [...questions.querySelectorAll(".question")];
    const present = () => cards.findIndex((card) => card.contains(document.activeElement));
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
      if (event.target.matches("textarea, select, input")) return;
      const key = event.key.toLowerCase();
      if (key === "j" || key === "k") {
        cards[Math.min(Math.max(present() + (key === "j" ? 1 : -1), 0), cards.length - 1)].focus();
      } else {
        const button = cards[present()]?.querySelector(`button[data-key="${CSS.escape(key)}"]`);
        if (!button) return;
        button.click();
      }
      event.preventDefault();
    });
  }

  // -- menus close when one clicks elsewhere or presses Escape ----------------------------------------------------

  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.drop[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details.drop[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  // -- a deed is asked once: the button rests after the first press, and asks back where it cannot be undone -------

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const question = event.submitter?.dataset.confirm ?? form.dataset.confirm;
    if (question && !window.confirm(question)) {
      event.preventDefault();
      return;
    }
    if (form.method === "post") {
      window.setTimeout(() => {
        for (const button of form.querySelectorAll("button[type=submit], button:not([type])")) button.disabled = true;
      }, 0);
    }
  });
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    for (const button of document.querySelectorAll("form[method=post] button[disabled]")) button.disabled = false;
  });
})();

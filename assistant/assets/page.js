// Citations open the original beside the view; Enter that confirms an input method's candidate does not send; the
// address names the view and the clause, so that a reload, a bookmark and the browser's way back find both; language
// and theme are kept.
(() => {
  const base = location.pathname.replace(/en\/?$/, "");

  // #view=NAME, in the view of duties &body=ORGANISATION, and the clause that is open as &p=POLICY&s=START&e=END.
  const read = (hash) => {
    const named = new URLSearchParams((hash || "").replace(/^#/, ""));
    const [start, end] = ["s", "e"].map((name) => (/^\d+$/.test(named.get(name)) ? +named.get(name) : NaN));
    const place = named.get("p") && end >= start ? { policy: named.get("p"), start, end } : null;
    return { view: named.get("view") || "chat", body: named.get("body") || "", place };
  };
  const address = ({ policy, start, end }) => `p=${encodeURIComponent(policy)}&s=${start}&e=${end}`;
  // Write a change to the address: a step of its own on the browser's way back, or in place of the last one.
  const visit = (change, step = true, state = null) => {
    const { view, body, place } = { ...read(location.hash), ...change };
    const parts = [view === "chat" ? "" : "view=" + encodeURIComponent(view), body && "body=" + encodeURIComponent(body), place && address(place)];
    const hash = "#" + parts.filter(Boolean).join("&");
    if (hash === (location.hash || "#")) return;
    if (step) history.pushState(state, "", hash);
    else history.replaceState(history.state, "", hash);
  };
  const scroller = () => document.querySelector("#viewer .scroll");
  const show = (part) => {
    for (const name of ["documents", "document"]) document.querySelector("#viewer ." + name).hidden = name !== part;
  };

  const unmark = (box) => {
    for (const mark of box.querySelectorAll("mark")) {
      const parent = mark.parentNode;
      mark.replaceWith(...mark.childNodes);
      parent.normalize();
    }
  };
  const mark = (box, start, end) => {
    let first = null;
    for (const element of box.querySelectorAll("[data-start]")) {
      const node = element.firstChild;
      if (!node) continue;
      const at = +element.dataset.start;
      const from = Math.max(0, toUnits(node.data, start - at));
      const to = Math.min(node.data.length, toUnits(node.data, end - at));
      if (from >= to) continue;
      const range = document.createRange();
      range.setStart(node, from);
      range.setEnd(node, to);
      const wrap = document.createElement("mark");
      range.surroundContents(wrap);
      first = first || wrap;
    }
    return first;
  };
  // Offsets count characters, JavaScript counts UTF-16 units.
  const toUnits = (text, characters) => {
    if (characters <= 0) return characters;
    let units = 0;
    for (const character of text) {
      if (characters-- <= 0) return units;
      units += character.length;
    }
    return units + Math.max(0, characters);
  };

  // The theme that the reader chose stands over the system's.
  const dress = () => {
    const chosen = localStorage.getItem("theme");
    const dark = chosen ? chosen === "dark" : document.body.classList.contains("dark");
    document.body.classList.toggle("dark", dark);
    const button = document.querySelector("button.theme");
    if (button) button.setAttribute("aria-pressed", dark);
  };
  const entered = (view) => (document.body.dataset.view = view);
  const enter = (view) => {
    const tab = document.querySelector(`#views button[data-tab-id="${CSS.escape(view)}"]`);
    if (tab) tab.click();
    return tab;
  };

  // Every clause of the original has a link of its own.
  const anchor = (box, policy) => {
    for (const element of box.querySelectorAll("[data-start]")) {
      const start = +element.dataset.start;
      const place = { policy, start, end: start + [...element.textContent].length };
      element.append(Object.assign(document.createElement("a"), { className: "anchor cite", href: "#" + address(place), textContent: "¶" }));
      element.lastChild.setAttribute("aria-label", box.dataset.link);
    }
  };
  // The clause that is marked can be asked about, and its link copied.
  let chosen = null;
  const choose = (place, box) => {
    const bar = document.querySelector("#viewer .chosen");
    chosen = place;
    bar.hidden = !place;
    if (place) bar.querySelector(".name").textContent = nameOf([...box.querySelectorAll("mark")].map((part) => part.textContent));
  };
  // 第八条; or the words behind the marker and the year (到2025年，), up to the first stop.
  const nameOf = (parts) => {
    const text = (parts.find((part) => part.trim()) || "").trim();
    const article = /^第[^\s　]{1,8}?[条章节]/.exec(text);
    if (article) return article[0];
    const bare = text
      .replace(/^(?:[（(]?[一二三四五六七八九十\d]{1,3}[）).、．])\s*/, "")
      .replace(/^[到至]?\s*\d{4}\s*年[底末前]{0,2}[，,]\s*/, "");
    return /^[^。；：:，,]*/.exec(bare)[0].slice(0, 30) || bare.slice(0, 30);
  };

  let awaited = ""; // the view that the address names, until its tab is there: who may see it is known a moment later
  let opened = 0; // clauses so far: one that comes later than the next is not shown
  let opener = null; // what has the focus again once the original is left
  const covers = () => !!document.querySelector("#viewer .back").offsetParent; // the whole of a narrow page
  const open = async ({ policy, start, end }) => {
    const box = scroller();
    if (!box) return;
    const own = ++opened;
    const shown = box.querySelector("article");
    if (!shown || shown.dataset.policy !== policy) {
      const reply = await fetch(base + "document/" + encodeURIComponent(policy)).catch(() => null);
      const text = reply && reply.ok ? await reply.text() : "";
      if (own !== opened) return;
      if (text) {
        box.querySelector(".document").innerHTML = text;
        anchor(box, policy);
      } else box.querySelector(".document").textContent = box.dataset.failed;
    }
    show("document");
    unmark(box);
    document.body.classList.add("reading");
    const target = mark(box, start, end);
    choose(target && { policy, start, end }, box);
    if (!target) box.scrollTop = 0;
    else box.scrollTop += target.getBoundingClientRect().top - box.getBoundingClientRect().top - 60;
    if (covers()) document.querySelector("#viewer .back").focus();
  };
  // Leave the original where it covers the page.
  const uncover = () => {
    const covered = covers();
    document.body.classList.remove("reading");
    if (!covered) return;
    visit({ place: null }, false);
    const next = opener && opener.isConnected ? opener : document.querySelector('#views button[aria-selected="true"]');
    if (next) next.focus();
  };
  const leave = () => {
    if (covers() && history.state && history.state.covered) history.back(); // the clause was a step of its own
    else uncover();
  };
  // Show what the address names; without a clause the original stays as it is beside the view.
  const follow = () => {
    const { view, place } = read(location.hash);
    enter(view);
    if (place) open(place);
    else uncover();
  };

  // Over plain http from another machine there is no navigator.clipboard.
  const write = (text) => {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    const area = Object.assign(document.createElement("textarea"), { value: text });
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done ? Promise.resolve() : Promise.reject(new Error("copy"));
  };

  // Save what the server sent in base64 as a file.
  const download = ({ name, data }) => {
    const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
    const address = URL.createObjectURL(new Blob([bytes]));
    Object.assign(document.createElement("a"), { href: address, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  };

  const said = (button) => {
    button.dataset.name = button.dataset.name || button.textContent; // of a second click it is what the first said
    button.textContent = button.nextElementSibling.textContent;
    clearTimeout(button.dataset.timer);
    button.dataset.timer = setTimeout(() => (button.textContent = button.dataset.name), 1500);
  };
  // Put the beginning of a question into the field; the reader goes on.
  const fill = (text) => {
    uncover();
    enter("chat");
    const field = document.querySelector("#question textarea");
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
    field.setSelectionRange(text.length, text.length);
  };
  // Rows by the column of a head: numbers by size, words as Chinese sorts them; again turns it around.
  const sorted = (head) => {
    const down = head.getAttribute("aria-sort") === "ascending";
    const at = head.cellIndex;
    for (const other of head.parentNode.cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const body = head.closest("table").tBodies[0];
    const rows = [...body.rows].map((row) => {
      const text = row.cells[at].innerText.trim();
      return { row, text, number: parseFloat(text.replace(/^[^\d.-]+/, "")) };
    });
    const numbers = rows.every(({ number }) => !Number.isNaN(number));
    const compare = (a, b) => (numbers && a.number - b.number) || a.text.localeCompare(b.text, "zh-CN", { numeric: true });
    body.append(...rows.sort((a, b) => compare(a, b) * (down ? -1 : 1)).map(({ row }) => row));
  };

  // The question that was asked last stays at the top while its answer comes, until the reader moves.
  let asked = 0;
  let moved = false;
  const accompany = () => {
    const questions = document.querySelectorAll("#chat .asked");
    if (questions.length > asked) moved = false;
    asked = questions.length;
    if (moved || !asked) return;
    const last = questions[asked - 1];
    let box = last.parentNode;
    while (box.id !== "chat" && !/auto|scroll/.test(getComputedStyle(box).overflowY)) box = box.parentNode;
    box.scrollTop += last.getBoundingClientRect().top - box.getBoundingClientRect().top - 8;
  };
  for (const kind of ["wheel", "touchmove", "pointerdown", "keydown"]) {
    document.addEventListener(kind, (event) => {
      if (event.target.closest && event.target.closest("#chat")) moved = true;
    }, { capture: true, passive: true });
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest("a.cite");
    const place = link && read(link.getAttribute("href")).place;
    if (place) {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return; // a tab or window of its own
      event.preventDefault();
      event.stopPropagation();
      if (!link.closest("#viewer")) opener = link;
      visit({ place }, !covers(), { covered: true });
      open(place);
      return;
    }
    if (event.target.closest && event.target.closest("#viewer .back")) {
      leave();
      return;
    }
    if (event.target.closest && event.target.closest("#viewer .list")) {
      show("documents");
      scroller().scrollTop = 0;
      return;
    }
    const other = event.target.closest && event.target.closest("a.language");
    if (other) {
      document.cookie = `language=${other.hreflang}; path=${base}; max-age=31536000; samesite=lax`;
      other.href = other.getAttribute("href").split("#")[0] + location.hash;
      return;
    }
    if (event.target.closest && event.target.closest("button.theme")) {
      localStorage.setItem("theme", document.body.classList.contains("dark") ? "light" : "dark");
      dress();
      return;
    }
    const out = event.target.closest && event.target.closest("button.logout");
    if (out) {
      fetch(base + "logout", { method: "POST", redirect: "manual" }).then(() => location.assign("login"));
      return;
    }
    const tab = event.target.closest && event.target.closest("#views button[data-tab-id]");
    if (tab) {
      awaited = "";
      const view = tab.dataset.tabId;
      const shown = view === "duties" && document.querySelector("#duties-content .overview");
      entered(view);
      if (view !== read(location.hash).view) visit({ view, body: shown ? shown.dataset.body : "" });
      return;
    }
    const part = event.target.closest && event.target.closest("#viewer article [data-start]");
    if (part && !String(getSelection())) {
      const link = part.querySelector("a.anchor");
      if (link) link.click();
      return;
    }
    if (event.target.closest && event.target.closest("#viewer .ask-clause")) {
      const button = event.target.closest(".ask-clause");
      fill(button.dataset.question.replace("{name}", button.parentNode.querySelector(".name").textContent));
      return;
    }
    const whole = event.target.closest && event.target.closest("#viewer .copy-link");
    if (whole && chosen) {
      write(location.origin + location.pathname + "#" + address(chosen)).then(() => said(whole));
      return;
    }
    const sort = event.target.closest && event.target.closest("button.sort");
    if (sort) {
      sorted(sort.closest("th"));
      return;
    }
    const table = event.target.closest && event.target.closest("button.copy-table");
    if (table) {
      const rows = [...table.closest(".answer").querySelectorAll("tr")];
      write(rows.map((row) => [...row.cells].map((cell) => cell.innerText.replace(/\s+/g, " ").trim()).join("\t")).join("\n")).then(() => said(table));
      return;
    }
    const copy = event.target.closest && event.target.closest("button.copy");
    if (copy) {
      const answer = copy.closest(".answer").cloneNode(true);
      for (const part of answer.querySelectorAll(".foot, .tools")) part.remove();
      for (const cell of answer.querySelectorAll("td, th")) cell.append("\t");
      for (const end of answer.querySelectorAll("br")) end.replaceWith("\n");
      for (const line of answer.querySelectorAll("tr, li, .notice, .state, .text, .count, summary")) line.append("\n");
      write(answer.textContent.trim()).then(() => said(copy));
    }
  }, true);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && covers()) leave();
  });
  for (const kind of ["keydown", "keypress"]) {
    document.addEventListener(kind, (event) => {
      if (event.key === "Enter" && (event.isComposing || event.keyCode === 229)) event.stopImmediatePropagation();
    }, true);
  }
  window.policyPage = { read, visit, open, download };  // for the scripts of the views
  const start = () => {
    if (!scroller() || !document.querySelector("#views button[data-tab-id]")) return void setTimeout(start, 100);
    dress();
    const out = document.querySelector("button.logout");
    if (out) out.title = window.gradio_config.username || "";
    // The stock chat says that its examples are a list, but a list may not hold buttons.
    const mend = () => document.querySelectorAll('#chat .examples[role="list"]').forEach((list) => list.removeAttribute("role"));
    const changed = () => {
      mend();
      accompany();
      if (awaited) enter(awaited);
    };
    changed();
    new MutationObserver(changed).observe(document.querySelector("#views"), { childList: true, subtree: true });
    new MutationObserver(dress).observe(document.body, { attributeFilter: ["class"] });
    const { view, place } = read(location.hash);
    if (view === "chat" || !enter(view)) {
      entered("chat");
      awaited = view === "chat" ? "" : view;
    }
    if (place) open(place);
    addEventListener("hashchange", follow);
  };
  start();
})();

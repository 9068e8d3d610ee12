// Citations open the original beside the view; Enter that confirms an input method's candidate does not send; the
// address names the view or the clause; language and theme are kept.
(() => {
  const base = location.pathname.replace(/en\/?$/, "");
  const read = (hash) => {
    const found = /^#p=([^&]+)&s=(\d+)&e=(\d+)$/.exec(hash || "");
    return found && { policy: decodeURIComponent(found[1]), start: +found[2], end: +found[3] };
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
      element.append(Object.assign(document.createElement("a"), { className: "anchor cite", href: address(place), textContent: "¶" }));
      element.lastChild.setAttribute("aria-label", box.dataset.link);
    }
  };
  const address = ({ policy, start, end }) => `#p=${encodeURIComponent(policy)}&s=${start}&e=${end}`;
  // The clause that is marked can be asked about, and its link copied.
  let chosen = null;
  const choose = (place, box) => {
    const bar = document.querySelector("#viewer .chosen");
    chosen = place;
    bar.hidden = !place;
    if (place) bar.querySelector(".name").textContent = nameOf([...box.querySelectorAll("mark")].map((part) => part.textContent));
  };
  // 第八条; or the words behind the marker, up to the first stop.
  const nameOf = (parts) => {
    const text = parts.find((part) => part.trim()).trim();
    const article = /^第[^\s　]{1,8}?[条章节]/.exec(text);
    if (article) return article[0];
    const bare = text.replace(/^(?:[（(]?[一二三四五六七八九十\d]{1,3}[）).、．])\s*/, "");
    return /^[^。；：:，,]*/.exec(bare)[0].slice(0, 30) || bare.slice(0, 30);
  };

  const open = async ({ policy, start, end }) => {
    const box = scroller();
    if (!box) return;
    const shown = box.querySelector("article");
    if (!shown || shown.dataset.policy !== policy) {
      const reply = await fetch(base + "document/" + encodeURIComponent(policy)).catch(() => null);
      if (!reply || !reply.ok) {
        box.querySelector(".document").textContent = box.dataset.failed;
      } else {
        box.querySelector(".document").innerHTML = await reply.text();
        anchor(box, policy);
      }
    }
    show("document");
    unmark(box);
    document.body.classList.add("reading");
    const target = mark(box, start, end);
    choose(target && { policy, start, end }, box);
    if (!target) box.scrollTop = 0;
    else box.scrollTop += target.getBoundingClientRect().top - box.getBoundingClientRect().top - 60;
    if (document.querySelector("#viewer .back").offsetParent) document.querySelector("#viewer .back").focus();
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

  const said = (button) => {
    const before = button.textContent;
    button.textContent = button.nextElementSibling.textContent;
    setTimeout(() => (button.textContent = before), 1500);
  };
  // Put the beginning of a question into the field; the reader goes on.
  const fill = (text) => {
    enter("chat");
    document.body.classList.remove("reading");
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
    const value = (row) => row.cells[at].innerText.trim();
    const compare = (a, b) => {
      const [one, two] = [a, b].map((text) => parseFloat(text.replace(/^[^\d.-]+/, "")));
      return (Number.isNaN(one) || Number.isNaN(two) ? 0 : one - two) || a.localeCompare(b, "zh-CN", { numeric: true });
    };
    body.append(...[...body.rows].sort((a, b) => compare(value(a), value(b)) * (down ? -1 : 1)));
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest("a.cite");
    const place = link && read(link.getAttribute("href"));
    if (place) {
      event.preventDefault();
      event.stopPropagation();
      history.replaceState(null, "", link.getAttribute("href"));
      open(place);
      return;
    }
    if (event.target.closest && event.target.closest("#viewer .back")) {
      document.body.classList.remove("reading");
      const field = document.querySelector("#question textarea");
      if (field) field.focus();
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
    const tab = event.target.closest && event.target.closest("#views button[data-tab-id]");
    if (tab) {
      entered(tab.dataset.tabId);
      history.replaceState(null, "", tab.dataset.tabId === "chat" ? "#" : "#view=" + tab.dataset.tabId);
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
      write(location.origin + location.pathname + address(chosen)).then(() => said(whole));
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
    if (event.key === "Escape") document.body.classList.remove("reading");
  });
  for (const kind of ["keydown", "keypress"]) {
    document.addEventListener(kind, (event) => {
      if (event.key === "Enter" && (event.isComposing || event.keyCode === 229)) event.stopImmediatePropagation();
    }, true);
  }
  window.policyPage = { base, open, write, fill, sorted };  // for the scripts of the views
  const start = () => {
    if (!scroller() || !document.querySelector("#views button[data-tab-id]")) return void setTimeout(start, 100);
    dress();
    // The stock chat says that its examples are a list, but a list may not hold buttons.
    const mend = () => document.querySelectorAll('#chat .examples[role="list"]').forEach((list) => list.removeAttribute("role"));
    mend();
    new MutationObserver(mend).observe(document.querySelector("#views"), { childList: true, subtree: true });
    new MutationObserver(dress).observe(document.body, { attributeFilter: ["class"] });
    const view = /^#view=(\w+)/.exec(location.hash);
    if (!view || !enter(view[1])) entered("chat");
    const place = read(location.hash);
    if (place) open(place);
  };
  start();
})();

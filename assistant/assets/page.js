// Citations open the original beside the chat; Enter that confirms an input method's candidate does not send.
(() => {
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

  const open = async ({ policy, start, end }) => {
    const box = scroller();
    if (!box) return;
    const shown = box.querySelector("article");
    if (!shown || shown.dataset.policy !== policy) {
      const reply = await fetch("document/" + encodeURIComponent(policy)).catch(() => null);
      if (!reply || !reply.ok) {
        box.querySelector(".document").textContent = box.dataset.failed;
      } else {
        box.querySelector(".document").innerHTML = await reply.text();
      }
    }
    show("document");
    unmark(box);
    document.body.classList.add("reading");
    const target = mark(box, start, end);
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
    const copy = event.target.closest && event.target.closest("button.copy");
    if (copy) {
      const answer = copy.closest(".answer").cloneNode(true);
      for (const part of answer.querySelectorAll(".foot")) part.remove();
      for (const cell of answer.querySelectorAll("td, th")) cell.append("\t");
      for (const end of answer.querySelectorAll("br")) end.replaceWith("\n");
      for (const line of answer.querySelectorAll("tr, li, .notice, .state, .text, .count, summary")) line.append("\n");
      write(answer.textContent.trim()).then(() => {
        const before = copy.textContent;
        copy.textContent = copy.nextElementSibling.textContent;
        setTimeout(() => (copy.textContent = before), 1500);
      });
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
  document.documentElement.lang = "zh-CN";
  const start = () => {
    const place = read(location.hash);
    if (!place) return;
    if (scroller()) open(place);
    else setTimeout(start, 200);
  };
  start();
})();

// Conversations are kept in this browser and nowhere else. Each has a key of its own, and a turn is added to what is
// stored at that moment, so that two tabs do not write over one another. Storage that is full, forbidden or damaged
// costs the reader what would have been kept, never an answer.
(() => {
  const user = (window.gradio_config || {}).username; // whoever signs in next in this browser does not see them
  const KEY = user ? `conversation of ${user}:` : "conversation:";
  const MOST = { conversations: 50, turns: 100, characters: 1_500_000, inAll: 4_000_000 };
  const NAME = 60; // characters of a name
  let current = null; // what this tab shows: { id, name, at, turns }
  let bar = null;
  let page = null; // trigger and server of the Gradio component
  let wanted = false;

  // --- the store ---------------------------------------------------------------------------------

  const attempt = (action, otherwise) => {
    try {
      return action();
    } catch {
      return otherwise;
    }
  };
  const keys = () => attempt(() => Object.keys(localStorage).filter((key) => key.startsWith(KEY)), []);
  const load = (id) =>
    attempt(() => {
      const found = JSON.parse(localStorage.getItem(KEY + id));
      const turns = found.turns.filter((turn) => turn && turn.answer);
      return turns.length ? { id, name: String(found.name || ""), at: Number(found.at) || 0, turns } : null;
    }, null);
  const all = () =>
    keys().map((key) => load(key.slice(KEY.length))).filter(Boolean).sort((one, other) => other.at - one.at);

  // Keep a conversation; the oldest others make room. False where there is none even then: they stay.
  const store = (kept) => {
    kept.turns = kept.turns.slice(-MOST.turns);
    let text = JSON.stringify(kept);
    while (text.length > MOST.characters && kept.turns.length > 1) {
      kept.turns.shift();
      text = JSON.stringify(kept);
    }
    const others = keys().filter((key) => key !== KEY + kept.id).map((key) => {
      const found = load(key.slice(KEY.length));
      return { key, at: found ? found.at : 0, text: attempt(() => localStorage.getItem(key), "") };
    }).sort((one, other) => other.at - one.at);
    const removed = [];
    const drop = () => {
      const oldest = others.pop();
      localStorage.removeItem(oldest.key);
      removed.push(oldest);
    };
    return attempt(() => {
      const size = () => others.reduce((sum, other) => sum + other.text.length, text.length);
      while (others.length >= MOST.conversations || (others.length && size() > MOST.inAll)) drop();
      for (;;) {
        try {
          localStorage.setItem(KEY + kept.id, text);
          return true;
        } catch {
          if (others.length) drop();
          else break;
        }
      }
      for (const { key, text } of removed) localStorage.setItem(key, text);
      return false;
    }, false);
  };
  const forget = (id) => attempt(() => localStorage.removeItem(KEY + id));

  // A tab comes back to its own conversation; a new tab opens the last one. "" is a new conversation.
  const remember = (id) => attempt(() => sessionStorage.setItem("conversation", id));
  const remembered = () => attempt(() => sessionStorage.getItem("conversation"), null);

  // --- the conversation of this tab --------------------------------------------------------------

  const keep = (text) => {
    const turn = JSON.parse(text);
    const name = turn.answer.question.trim().slice(0, NAME);
    current = current || { id: Date.now().toString(36) + Math.random().toString(36).slice(2), name, turns: [] };
    current.turns.push(turn);
    show();
    save((kept) => kept.turns.some((other) => other.id === turn.id) || kept.turns.push(turn));
    remember(current.id);
  };
  // Apply a change to what is stored of the conversation: another tab may have gone on with it.
  const save = (change) => {
    const kept = load(current.id) || { ...current, turns: [...current.turns] };
    change(kept);
    current.name = kept.name;
    if (!store({ ...kept, at: Date.now() })) say(bar.dataset.full);
  };
  const open = (kept, atStart) => {
    current = kept;
    remember(kept.id);
    show();
    page.trigger(page.restore, { turns: JSON.stringify(kept.turns), atStart });
  };
  const begin = () => {
    current = null;
    remember("");
    show();
  };
  const reopen = () => {
    if (!bar) return void (wanted = true);
    const id = remembered();
    const kept = id === null ? all()[0] : load(id);
    if (kept) open(kept, true);
  };

  // --- the bar and the list ----------------------------------------------------------------------

  const find = (selector) => bar.querySelector(selector);
  const say = (text) => (find(".said").textContent = text); // until something else is shown
  const make = (tag, className, text, properties = {}) => {
    const made = Object.assign(document.createElement(tag), { className, ...properties });
    if (text) made.textContent = text;
    if (tag === "button") made.type = properties.type || "button"; // else it would send the form around it
    return made;
  };
  const show = () => {
    say("");
    find(".current").textContent = current ? current.name : "";
    for (const button of bar.querySelectorAll(".export")) button.disabled = !current;
    // Marks stay where Gradio draws an answer anew.
    const rated = (current ? current.turns : []).filter((turn) => turn.rated && /^\w+$/.test(turn.id));
    find("style").textContent = rated.map(({ id }) =>
      `#turn-${id} .ask, #turn-${id} .thumb { display: none; } #turn-${id} .thanks { display: inline; }`).join("\n");
    if (!find(".panel").hidden) list();
  };
  const list = () => {
    const rows = all();
    find(".panel ul").replaceChildren(...rows.map(row));
    find(".none").hidden = rows.length > 0;
  };
  const row = (kept) => {
    const here = current && kept.id === current.id;
    const name = kept.name || bar.dataset.unnamed;
    const at = new Date(kept.at).toLocaleString(document.documentElement.lang, { dateStyle: "short", timeStyle: "short" });
    const turns = bar.dataset.turns.replace("{count}", kept.turns.length);
    const item = make("li", here ? "kept here" : "kept");
    item.dataset.id = kept.id;
    const opener = make("button", "open");
    opener.append(make("span", "name", name), make("span", "at", `${at} · ${turns}`));
    if (here) opener.setAttribute("aria-current", "true");
    opener.onclick = () => {
      toggle(false);
      open(kept);
    };
    const rename = make("button", "rename", bar.dataset.rename);
    rename.setAttribute("aria-label", `${bar.dataset.rename}: ${name}`);
    rename.onclick = () => {
      item.replaceChildren(naming(kept));
      item.querySelector("input").select();
    };
    const remove = make("button", "delete", bar.dataset.delete);
    remove.setAttribute("aria-label", `${bar.dataset.delete}: ${name}`);
    remove.onclick = () => {
      item.replaceChildren(...asking(kept, name));
      item.querySelector("button").focus();
    };
    item.append(opener, rename, remove);
    return item;
  };
  const back = (id, button) => {
    list();
    const next = find(`li[data-id="${CSS.escape(id)}"] .${button}`) || find(".panel button") || find(".list-conversations");
    next.focus();
  };
  const naming = (kept) => {
    const form = make("form", "naming");
    const field = make("input", "", "", { value: kept.name, maxLength: NAME, required: true });
    field.setAttribute("aria-label", bar.dataset.name);
    form.append(
      field,
      make("button", "", bar.dataset.save, { type: "submit" }),
      make("button", "leave", bar.dataset.cancel, { onclick: () => back(kept.id, "rename") }),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const name = field.value.trim();
      const now = load(kept.id) || kept;
      if (name && current && current.id === kept.id) current.name = name;
      show();
      if (name && !store({ ...now, name })) say(bar.dataset.full);
      back(kept.id, "rename");
    });
    return form;
  };
  const asking = (kept, name) => [
    make("span", "name", bar.dataset.sure.replace("{name}", name)),
    make("button", "delete", bar.dataset.delete, {
      onclick: () => {
        forget(kept.id);
        if (current && current.id === kept.id) document.querySelector("#clear").click();
        back(kept.id, "open");
      },
    }),
    make("button", "leave", bar.dataset.cancel, { onclick: () => back(kept.id, "delete") }),
  ];
  const toggle = (shown) => {
    find(".panel").hidden = !shown;
    find(".list-conversations").setAttribute("aria-expanded", shown);
    if (shown) list();
  };

  // --- files and a word on an answer -------------------------------------------------------------

  const ask = (name, data) => page.server[name](data).catch(() => ({ text: bar.dataset.failed }));
  const exported = async (button) => {
    button.disabled = true;
    const reply = await ask("export", { turns: JSON.stringify(current.turns), name: current.name, kind: button.dataset.kind });
    button.disabled = !current;
    if (reply.data) window.policyPage.download(reply);
    else say(reply.text);
  };
  // True once the word is stored. The mark is set before: a second click finds it.
  const rate = async (turn, said) => {
    const turns = current.turns.slice(0, current.turns.indexOf(turn) + 1);
    turn.rated = said.thumb;
    const reply = await ask("feedback", { turns: JSON.stringify(turns), ...said });
    if (!reply.stored) delete turn.rated;
    else if (current && current.turns.includes(turn)) {
      save((kept) => kept.turns.filter(({ id }) => id === turn.id).forEach((same) => (same.rated = turn.rated)));
    }
    show();
    say(reply.text);
    return reply;
  };
  const thumbed = (button) => {
    const id = button.closest(".rate").id.replace("turn-", "");
    const turn = current && current.turns.find((other) => other.id === id);
    if (!turn || turn.rated) return;
    if (button.classList.contains("up")) return void rate(turn, { thumb: "up" });
    const dialog = find("dialog");
    const form = find("dialog form");
    form.reset();
    find(".problem").textContent = "";
    for (const label of form.querySelectorAll("label[data-of]")) {
      label.hidden = !label.dataset.of.split(" ").includes(turn.answer.status);
    }
    form.onsubmit = async (event) => {
      event.preventDefault();
      const { reason, corrected } = Object.fromEntries(new FormData(form));
      if (!reason) return void (find(".problem").textContent = find(".problem").dataset.lacking);
      if (turn.rated) return;
      const reply = await rate(turn, { thumb: "down", reason, corrected });
      if (reply.stored) dialog.close();
      else find(".problem").textContent = reply.text;
    };
    const offered = form.querySelectorAll("label:not([hidden]) > [name=reason]");
    if (offered.length === 1) offered[0].checked = true;
    dialog.showModal();
  };

  document.addEventListener("click", (event) => {
    if (!bar || !event.target.closest) return;
    const within = (selector) => event.target.closest(selector);
    const panel = find(".panel");
    if (within(".list-conversations")) return toggle(panel.hidden);
    if (!panel.hidden && document.contains(event.target) && !within("#kept-conversations")) toggle(false);
    if (within(".new-conversation")) document.querySelector("#clear").click();
    else if (within(".conversations .export")) exported(within(".export"));
    else if (within("dialog.feedback .leave")) find("dialog").close();
    else if (within("button.thumb")) thumbed(within("button.thumb"));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !bar || find(".panel").hidden) return;
    toggle(false);
    find(".list-conversations").focus();
  });
  addEventListener("storage", (event) => {
    if (bar && (!event.key || event.key.startsWith(KEY)) && !find(".panel").hidden && !find(".naming")) list();
  });

  const mount = ({ element, ...parts }) => {
    bar = element.querySelector(".conversations");
    bar.append(document.createElement("style"));
    page = parts;
    if (wanted) reopen();
  };
  window.policyConversations = { mount, keep, begin, reopen }; // called by the page's components
})();

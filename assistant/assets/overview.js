// The views of duties and targets: sort, pick, open an organisation's page by its address, download.
(() => {
  const bodyOf = (hash) => {
    const found = /^#view=duties&body=([^&]+)$/.exec(hash || "");
    try {
      return found && decodeURIComponent(found[1]);
    } catch {
      return null;
    }
  };
  let wanted = bodyOf(location.hash);  // read before the page names the view alone in the address
  let openWanted = () => {};
  const choosers = {};  // of each view, by the id of its field

  const save = ({ name, data }) => {
    const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
    const url = URL.createObjectURL(new Blob([bytes]));
    Object.assign(document.createElement("a"), { href: url, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  };

  const name = (element) => {
    const shown = element.querySelector("[data-body]");
    if (!shown || document.body.dataset.view !== "duties") return;
    const body = shown.dataset.body;
    history.replaceState(null, "", "#view=duties" + (body ? "&body=" + encodeURIComponent(body) : ""));
  };

  window.overview = (element, choose, server) => {
    let focus = "";  // what has the focus once the view is shown anew
    element.addEventListener("click", (event) => {
      const at = (selector) => event.target.closest(selector);
      const sort = at("button.order"), pick = at("button.pick"), body = at("a.body"), download = at("button.download");
      if (sort) {
        focus = `button.order[data-sort="${sort.dataset.sort}"]`;
        choose({ sort: sort.dataset.sort });
      } else if (pick) {
        const { due, theme } = pick.dataset;
        focus = `button.pick[data-due="${CSS.escape(due)}"][data-theme="${CSS.escape(theme)}"]`;
        choose({ due, theme });
      } else if (body && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
        event.preventDefault();
        focus = "h2";
        choose({ body: body.dataset.body });
      } else if (download) {
        const failed = download.nextElementSibling;
        failed.textContent = "";
        server.workbook(JSON.parse(download.dataset.query)).then(save).catch(() => {
          failed.textContent = failed.dataset.text;
        });
      }
    });
    new MutationObserver(() => {
      const target = focus && element.querySelector(focus);
      if (target) {
        focus = "";
        target.focus({ preventScroll: target.tagName !== "H2" });
      }
      name(element);
    }).observe(element, { childList: true, subtree: true });
    const duties = element.closest("#view-duties");
    choosers[duties ? "duties-text" : "targets-text"] = choose;
    if (!duties) return;
    openWanted = () => {
      if (wanted === null) return;
      const body = wanted;
      wanted = null;
      focus = "h2";
      choose({ body });
    };
    if (wanted === null) name(element);
    else openWanted();
  };

  // Gradio tells of input only what a keyboard without an input method types, and of changes also its own.
  for (const kind of ["input", "compositionend"]) {
    document.addEventListener(kind, (event) => {
      const field = event.target.closest("#duties-text, #targets-text");
      if (field && !event.isComposing) choosers[field.id]({ text: event.target.value });
    });
  }

  window.addEventListener("hashchange", () => {
    wanted = bodyOf(location.hash);
    const tab = wanted !== null && document.querySelector('#views button[data-tab-id="duties"]');
    if (!tab) return;
    tab.click();
    openWanted();
  });
})();

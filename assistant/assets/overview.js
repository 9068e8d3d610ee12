// The views of duties and targets: sort, pick, open an organisation's page by its address, download.
(() => {
  let open = () => {};  // the organisation that the address names
  let answering = false;  // what is shown next is what the address asked for, so no step of its own
  const choosers = {};  // of each view, by the id of its field

  const name = (element) => {
    const shown = element.querySelector("[data-body]");
    if (!shown || document.body.dataset.view !== "duties") return;
    window.policyPage.visit({ body: shown.dataset.body }, !answering);
    answering = false;
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
        server.workbook(JSON.parse(download.dataset.query)).then(window.policyPage.download).catch(() => {
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
    open = () => {
      const { view, body } = window.policyPage.read(location.hash);
      const shown = element.querySelector("[data-body]");
      if (view !== "duties" || !shown || body === shown.dataset.body) return;
      answering = true;
      focus = body ? "h2" : "";
      choose({ body });
    };
    open();
  };

  // Gradio tells of input only what a keyboard without an input method types, and of changes also its own.
  for (const kind of ["input", "compositionend"]) {
    document.addEventListener(kind, (event) => {
      const field = event.target.closest("#duties-text, #targets-text");
      if (field && !event.isComposing) choosers[field.id]({ text: event.target.value });
    });
  }

  window.addEventListener("hashchange", () => open());
})();

// The view of documents: files are sent one by one, each with a sentence where it is not taken; what is removed is named
// and confirmed first. While a change is under way nothing else can be begun.
(() => {
  const base = location.pathname.replace(/en\/?$/, "");
  const MB = 1024 * 1024;
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

  // Send one file; gives the word by which the server knows it, or throws the sentence that says why it has none.
  const send = (file, words, tell) => new Promise((taken, refused) => {
    if (file.size > +words.limit) {
      const size = Math.ceil(file.size / MB);
      return void refused(fill(words.tooLarge, { name: file.name, size, limit: words.limit / MB }));
    }
    const request = new XMLHttpRequest();
    const failed = () => refused(fill(words.failed, { name: file.name }));
    const query = new URLSearchParams({ language: words.language, name: file.name });
    request.open("PUT", `${base}documents/uploads?${query}`);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.responseType = "json";
    request.upload.onprogress = (event) => tell(event.loaded);
    request.onerror = failed;
    request.onload = () => {
      const reply = request.response || {};
      if (reply.upload) taken(reply.upload);
      else if (typeof reply.detail === "string") refused(reply.detail);
      else failed();
    };
    request.send(file);
  });

  const list = (items) => items.map((text) => Object.assign(document.createElement("li"), { textContent: text }));

  window.policyDocuments = (element, ask) => {
    const view = element.closest("#view-documents");
    const find = (selector) => view.querySelector(selector);
    const every = (selector) => [...view.querySelectorAll(selector)];
    const ticked = () => every("#documents-table input[type=checkbox]").filter((box) => box.checked);
    let sending = false;

    const changing = () => !!find("#documents-status [data-busy]");
    const busy = () => sending || changing();
    const settle = () => {
      find("input[type=file]").disabled = busy();
      for (const button of every("#documents-table button, #documents-status button")) button.disabled = busy() || (button.matches(".remove") && !ticked().length);
    };

    const add = async (files) => {
      const words = find(".documents-panel").dataset;
      const line = find(".sending"), said = line.querySelector("[role=status]"), bar = line.querySelector("progress");
      const refused = find(".refused");
      const all = Math.max(1, files.reduce((sum, file) => sum + file.size, 0));
      const uploads = [], sentences = [];
      let before = 0;
      sending = true;
      settle();
      refused.replaceChildren();
      line.hidden = false;
      for (const [number, file] of files.entries()) {
        said.textContent = fill(words.sending, { at: number + 1, count: files.length, name: file.name });
        try {
          uploads.push(await send(file, words, (loaded) => (bar.value = (before + loaded) / all)));
        } catch (sentence) {
          sentences.push(String(sentence));
        }
        before += file.size;
        bar.value = before / all;
      }
      line.hidden = true;
      bar.value = 0;
      refused.replaceChildren(...list(sentences));
      sending = false;
      settle();
      if (uploads.length) ask({ ask: "add", uploads });
    };

    const remove = () => {
      const dialog = find("dialog");
      const chosen = ticked().map((box) => ({ file: box.value, name: box.dataset.name }));
      dialog.querySelector("h2").textContent = fill(find(".documents-panel").dataset.sure, { count: chosen.length });
      dialog.querySelector("ul").replaceChildren(...list(chosen.map(({ file, name }) => (name === file ? file : `${name} (${file})`))));
      dialog.querySelector(".yes").onclick = () => {
        dialog.close();
        ask({ ask: "remove", files: chosen.map(({ file }) => file) });
      };
      dialog.querySelector(".no").onclick = () => dialog.close();
      dialog.showModal();
    };

    view.addEventListener("change", (event) => {
      if (!event.target.matches("input[type=file]")) return settle();
      const files = [...event.target.files];
      event.target.value = "";
      if (files.length && !busy()) add(files);
    });
    view.addEventListener("click", (event) => {
      if (event.target.closest("#documents-table .remove")) remove();
      else if (event.target.closest("#documents-table .build")) ask({ ask: "build" });
      else if (event.target.closest("#documents-status .again")) ask({ ask: "add", uploads: event.target.dataset.uploads.split(" ") });
    });
    view.addEventListener("input", (event) => {
      if (!event.target.matches("input.find")) return;
      const wanted = event.target.value.trim().toLowerCase();
      for (const row of every("#documents-table tbody tr")) row.hidden = !row.textContent.toLowerCase().includes(wanted);
    });
    new MutationObserver(settle).observe(view, { childList: true, subtree: true });
    const body = document.body;
    const seen = new MutationObserver(() => look());
    const look = () => {
      if (body.dataset.view !== "documents") return;
      seen.disconnect(); // the list is made once the view is looked at; an administrator's other pages do not wait for it
      ask({ ask: "watch" });
    };
    seen.observe(body, { attributeFilter: ["data-view"] });
    look();
    settle();
  };
})();

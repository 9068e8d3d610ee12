// The tour: one step and one question at a time; what was read is kept for the session of the browser.
(() => {
  const wide = () => window.matchMedia("(min-width: 821px)").matches;  // else the original covers the view
  const open = (box) => {
    const link = box.querySelector("a.cite");
    if (link && wide()) window.policyPage.open(window.policyPage.read(link.getAttribute("href")).place);
  };
  const address = (step) => step.querySelector("a.cite").getAttribute("href");
  const key = (tour) => "tour:" + tour.dataset.key;
  // Storage may be forbidden: then nothing is known to be read.
  const readOf = (tour) => {
    try {
      return new Set(JSON.parse(sessionStorage.getItem(key(tour)) || "[]"));
    } catch {
      return new Set();
    }
  };
  const parts = (tour) => ({
    steps: [...tour.querySelectorAll(".tour-step")],
    buttons: [...tour.querySelectorAll("[data-step]")],
  });
  const paint = (tour) => {
    const { steps, buttons } = parts(tour);
    const read = readOf(tour);
    steps.forEach((step, number) => (buttons[number].querySelector(".tour-read").hidden = !read.has(address(step))));
    tour.querySelector(".tour-read-count").textContent = steps.filter((step) => read.has(address(step))).length;
  };
  const go = (tour, to) => {
    const { steps, buttons } = parts(tour);
    if (to < 0 || to >= steps.length) return;
    const from = steps.findIndex((step) => !step.hidden);
    const read = readOf(tour).add(address(steps[from])).add(address(steps[to]));
    try {
      sessionStorage.setItem(key(tour), JSON.stringify([...read]));
    } catch {} // as above
    steps.forEach((step, number) => (step.hidden = number !== to));
    buttons.forEach((button, number) => {
      if (number === to) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
    });
    tour.querySelector(".tour-previous").setAttribute("aria-disabled", to === 0);
    tour.querySelector(".tour-next").setAttribute("aria-disabled", to === steps.length - 1);
    paint(tour);
    open(steps[to]);
  };

  const check = (question) => {
    const chosen = question.querySelector("input:checked");
    question.querySelector(".quiz-choose").hidden = !!chosen;
    if (!chosen) return;
    const right = chosen.value === question.dataset.right;
    question.dataset.answered = right ? "right" : "wrong";
    for (const input of question.querySelectorAll("input")) {
      input.disabled = true;
      if (input.value === question.dataset.right) input.parentNode.classList.add("is-right");
      else if (input === chosen) input.parentNode.classList.add("is-wrong");
    }
    question.querySelector(".quiz-check").hidden = true;
    question.querySelector(".quiz-explained").hidden = false;
    question.querySelector(".quiz-next").focus();
    open(question.querySelector(".quiz-explained"));
  };
  const proceed = (question) => {
    const quiz = question.closest(".quiz");
    const questions = [...quiz.querySelectorAll(".quiz-question")];
    const next = questions[questions.indexOf(question) + 1];
    question.hidden = true;
    if (next) {
      next.hidden = false;
      next.querySelector("legend").focus();
      return;
    }
    const wrong = questions.filter((one) => one.dataset.answered === "wrong").map((one) => questions.indexOf(one));
    quiz.querySelector(".quiz-score").textContent = questions.length - wrong.length;
    quiz.querySelector(".quiz-perfect").hidden = wrong.length > 0;
    quiz.querySelector(".quiz-reread").hidden = wrong.length === 0;
    for (const item of quiz.querySelectorAll("[data-question]")) item.hidden = !wrong.includes(+item.dataset.question);
    quiz.querySelector(".quiz-result").hidden = false;
    quiz.querySelector(".quiz-result").focus();
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest(".tour button, .quiz button");
    if (!button) return;
    const tour = button.closest(".tour");
    if (tour) {
      const now = parts(tour).steps.findIndex((step) => !step.hidden);
      if (button.dataset.step) go(tour, +button.dataset.step);
      else go(tour, now + (button.classList.contains("tour-next") ? 1 : -1));
    } else if (button.classList.contains("quiz-check")) check(button.closest(".quiz-question"));
    else proceed(button.closest(".quiz-question"));
  });
  document.addEventListener("keydown", (event) => {
    const question = event.target.closest && event.target.closest(".quiz-question");
    if (event.key === "Enter" && question && event.target.type === "radio") {
      event.preventDefault();  // else the same key presses the button that takes the focus
      check(question);
    }
    const tour = event.target.closest && event.target.closest(".tour");
    if (tour && (event.key === "ArrowRight" || event.key === "ArrowLeft")) {
      event.preventDefault();
      const now = parts(tour).steps.findIndex((step) => !step.hidden);
      go(tour, now + (event.key === "ArrowRight" ? 1 : -1));
    }
  });
  window.policyTour = {
    keep: (policy, body) => {
      try {
        localStorage.setItem("tour", JSON.stringify([policy, body || ""]));
      } catch {} // as above
    },
    kept: () => {
      try {
        return JSON.parse(localStorage.getItem("tour"));
      } catch {
        return null;
      }
    },
  };
  // A path that comes new from the server shows what was read of it before.
  new MutationObserver(() => {
    for (const tour of document.querySelectorAll(".tour[data-key]:not([data-painted])")) {
      tour.dataset.painted = "";
      paint(tour);
    }
  }).observe(document.documentElement, { childList: true, subtree: true });
})();

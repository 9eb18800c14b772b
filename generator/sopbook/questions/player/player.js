// The quiz as one sees it: a start page, a question at a time, then the result with every rationale.
(function () {
  "use strict";
  var quiz = window.sopbookQuiz;
  var runtime = window.sopbookRuntime;
  var words = quiz.words;
  var root = document.getElementById("quiz");
  var state = null; // seed, current question, answers by question id, done
  var asked = []; // the questions of this attempt, in order

  // ------------------------------------------------------------------ order and marking

  // mulberry32 (public domain, T. Ettinger): the same seed gives the same order when an attempt is taken up again.
  function randomOf(seed) {
    return function () {
      seed = (seed + 0x6d2b79f5) | 0;
      var mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
    };
  }

  function shuffled(list, random) {
    var mixed = list.slice();
    for (var index = mixed.length - 1; index > 0; index -= 1) {
      var other = Math.floor(random() * (index + 1));
      var kept = mixed[index];
      mixed[index] = mixed[other];
      mixed[other] = kept;
    }
    return mixed;
  }

  function range(count) {
    return Array.from({ length: count }, function (_, index) { return index; });
  }

  // The questions of an attempt: drawn and ordered by its seed, those of a case together.
  function draw(seed) {
    var random = randomOf(seed);
    var groups = quiz.groups;
    if (quiz.count && quiz.count < quiz.total) {
      var kept = [];
      var number = 0;
      shuffled(range(groups.length), random).forEach(function (index) {
        if (number + groups[index].length <= quiz.count) {
          kept.push(index);
          number += groups[index].length;
        }
      });
      if (!kept.length) kept = [0];
      kept.sort(function (a, b) { return a - b; });
      groups = kept.map(function (index) { return groups[index]; });
    }
    if (quiz.shuffleQuestions) groups = shuffled(groups, random);
    return [].concat.apply([], groups).map(function (question) {
      var size = question.type === "matching" ? question.rights.length : question.options.length;
      var order = range(size);
      var mixes = question.type === "ordering" || question.type === "matching";
      if (mixes || quiz.shuffleOptions) order = shuffled(order, random);
      // What has to be put in order does not start in order.
      if (question.type === "ordering" && size > 1 && order.every(function (at, index) { return at === index; })) order.reverse();
      return Object.assign({ order: order }, question);
    });
  }

  function plain(text) {
    return String(text).normalize("NFKC").toLowerCase().replace(/\s+/g, "").replace(/[。.!]+$/, "");
  }

  function numberOf(text) {
    var bare = String(text).normalize("NFKC").replace(/[\s,]/g, "");
    return /^[-+]?(\d+\.?\d*|\.\d+)$/.test(bare) ? parseFloat(bare) : NaN;
  }

  function isRight(question, answer) {
    if (answer === undefined) return false;
    switch (question.type) {
      case "single":
      case "true-false":
        return answer === question.right;
      case "fill":
        return question.variants.some(function (variant) { return plain(variant) === plain(answer); });
      case "number":
        return Math.abs(numberOf(answer) - question.number) <= question.tolerance + 1e-9 * Math.max(1, Math.abs(question.number));
      default:
        return answer.length === question.right.length && answer.every(function (at, index) { return at === question.right[index]; });
    }
  }

  function isAnswered(question) {
    var answer = state.answers[question.id];
    if (answer === undefined || answer === "") return false;
    if (question.type === "multiple") return answer.length > 0;
    if (question.type === "matching") return answer.every(function (right) { return right >= 0; });
    return true;
  }

  function keep(question, answer) {
    state.answers[question.id] = answer;
    runtime.save(state);
  }

  // ------------------------------------------------------------------------- elements

  // Text is set as text. `html` is only ever what the compiler made of the sources, every character escaped.
  function el(tag, attributes) {
    var element = document.createElement(tag);
    Object.keys(attributes || {}).forEach(function (key) {
      var value = attributes[key];
      if (key === "html") element.innerHTML = value;
      else if (key === "text") element.textContent = value;
      else if (key.slice(0, 2) === "on") element.addEventListener(key.slice(2), value);
      else if (value === true) element.setAttribute(key, "");
      else if (value !== false && value !== undefined) element.setAttribute(key, value);
    });
    Array.prototype.slice.call(arguments, 2).forEach(function (child) {
      if (child) element.append(child);
    });
    return element;
  }

  function say(template, values) {
    return template.replace(/\{(\w+)\}/g, function (_, name) { return values[name]; });
  }

  function show() {
    root.replaceChildren.apply(root, Array.prototype.filter.call(arguments, Boolean));
    window.scrollTo(0, 0);
    root.querySelector("[data-focus]").focus();
  }

  // ---------------------------------------------------------------------------- pages

  function begin(resume) {
    state = resume || { seed: Math.floor(Math.random() * 2147483647), at: 0, answers: {}, done: false };
    asked = draw(state.seed);
    state.at = Math.min(state.at, asked.length - 1);
    question();
  }

  function welcome(saved) {
    var count = quiz.count && quiz.count < quiz.total ? quiz.count : quiz.total;
    show(
      el("h1", { text: quiz.title, tabindex: "-1", "data-focus": true }),
      el("ul", { class: "facts" },
        el("li", { text: say(words.questions, { n: count }) }),
        el("li", { text: say(words.passAt, { n: Math.round(runtime.passMark()) }) })),
      saved && el("p", { text: words.resumeHint }),
      el("p", {},
        saved && el("button", { class: "main", text: words.resume, onclick: function () { begin(saved); } }), " ",
        el("button", { class: saved ? "" : "main", text: saved ? words.again : words.start, onclick: function () { begin(null); } }))
    );
  }

  function question() {
    var current = asked[state.at];
    var last = state.at === asked.length - 1;
    var form = el("form", {
      onsubmit: function (event) {
        event.preventDefault();
        if (last) submit();
        else go(state.at + 1);
      },
    });
    var place = say(words.place, { n: state.at + 1, of: asked.length });
    form.append(
      el("p", { class: "place", text: place + " · " + words.types[current.type] }),
      current.situation ? el("div", { class: "situation", html: current.situation }) : "",
      el("fieldset", {},
        el("legend", {}, el("h2", { html: current.stem, tabindex: "-1", "data-focus": true })),
        current.body ? el("div", { html: current.body }) : null,
        answers(current)),
      overview(),
      el("nav", { "aria-label": words.steps },
        el("div", {},
          el("button", { type: "button", text: words.back, disabled: state.at === 0, onclick: function () { go(state.at - 1); } }),
          el("button", { type: "submit", class: "main", text: last ? words.submit : words.next })))
    );
    show(form);
  }

  function go(index) {
    state.at = index;
    runtime.save(state);
    question();
  }

  function overview() {
    return el("details", { class: "overview" },
      el("summary", { text: words.overview }),
      el("ol", { class: "numbers" }, ...asked.map(function (one, index) {
        var done = isAnswered(one);
        return el("li", {}, el("button", {
          type: "button", text: String(index + 1), class: done ? "answered" : "",
          "aria-current": index === state.at ? "step" : undefined,
          "aria-label": say(words.place, { n: index + 1, of: asked.length }) + (done ? " · " + words.answered : ""),
          onclick: function () { go(index); },
        }));
      })),
      el("p", {}, el("button", { type: "button", text: words.submit, onclick: submit })));
  }

  function answers(current) {
    switch (current.type) {
      case "single":
      case "true-false":
      case "multiple":
        return choices(current);
      case "ordering":
        return ordering(current);
      case "matching":
        return matching(current);
      default:
        return entry(current);
    }
  }

  function choices(current) {
    var several = current.type === "multiple";
    var given = state.answers[current.id];
    var valueOf = function (index) { return current.type === "true-false" ? index === 0 : index; };
    var order = current.type === "true-false" ? [0, 1] : current.order;
    var box = el("div", {});
    order.forEach(function (index) {
      var value = valueOf(index);
      var input = el("input", { type: several ? "checkbox" : "radio", name: "answer", value: String(index) });
      input.checked = several ? (given || []).indexOf(index) >= 0 : given === value;
      input.addEventListener("change", function () {
        if (!several) return keep(current, value);
        var ticked = Array.from(box.querySelectorAll("input:checked"), function (one) { return Number(one.value); });
        keep(current, ticked.sort(function (a, b) { return a - b; }));
      });
      var text = current.type === "true-false" ? { text: index === 0 ? words.true : words.false } : { html: current.options[index] };
      box.append(el("label", { class: "option" }, input, el("span", text)));
    });
    return box;
  }

  function ordering(current) {
    var order = (state.answers[current.id] || current.order).slice();
    var list = el("ol", { class: "order" });
    var live = el("p", { class: "notice", "aria-live": "polite", text: words.orderHint });
    function move(from, to) {
      order.splice(to, 0, order.splice(from, 1)[0]);
      keep(current, order.slice());
      draw_();
      var way = to < from ? ".up" : ".down";
      var button = list.children[to].querySelector(way + ":not(:disabled)") || list.children[to].querySelector("button:not(:disabled)");
      if (button) button.focus();
      live.textContent = say(words.place, { n: to + 1, of: order.length });
    }
    function draw_() {
      list.replaceChildren(...order.map(function (option, at) {
        var text = el("span", { html: current.options[option] });
        var name = text.textContent;
        return el("li", {}, text,
          el("button", { type: "button", class: "up", text: "↑", "aria-label": words.up + " " + name, disabled: at === 0, onclick: function () { move(at, at - 1); } }),
          el("button", { type: "button", class: "down", text: "↓", "aria-label": words.down + " " + name, disabled: at === order.length - 1, onclick: function () { move(at, at + 1); } }));
      }));
    }
    draw_();
    return el("div", {}, live, list);
  }

  function matching(current) {
    var given = (state.answers[current.id] || current.lefts.map(function () { return -1; })).slice();
    var pictures = current.rights.some(function (html) { return html.indexOf("<img") >= 0; });
    var box = el("div", {});
    var names = {};
    current.order.forEach(function (right, at) {
      var letter = String.fromCharCode(65 + at);
      names[right] = pictures ? letter : el("span", { html: current.rights[right] }).textContent;
    });
    if (pictures) {
      box.append(el("ol", { class: "letters", type: "A" }, ...current.order.map(function (right) {
        return el("li", { html: current.rights[right] });
      })));
    }
    current.lefts.forEach(function (html, left) {
      var select = el("select", { id: "left" + left, "data-left": String(left) }, el("option", { value: "-1", text: words.choose }),
        ...current.order.map(function (right) { return el("option", { value: String(right), text: names[right] }); }));
      select.value = String(given[left]);
      select.addEventListener("change", function () {
        given[left] = Number(select.value);
        keep(current, given.slice());
      });
      box.append(el("div", { class: "pair" }, el("label", { for: "left" + left, html: html }), select));
    });
    return box;
  }

  function entry(current) {
    var input = el("input", {
      type: "text", name: "answer", autocomplete: "off", value: state.answers[current.id] || "",
      inputmode: current.type === "number" ? "decimal" : "text", "aria-label": words.answer,
    });
    input.addEventListener("input", function () { keep(current, input.value); });
    return el("p", { class: "entry" }, input, current.unit ? el("span", { text: current.unit }) : null);
  }

  // --------------------------------------------------------------------------- result

  function submit() {
    var open = asked.filter(function (one) { return !isAnswered(one); }).length;
    if (open && !window.confirm(say(words.confirm, { n: open }))) return;
    var results = asked.map(function (one) {
      var answer = isAnswered(one) ? state.answers[one.id] : undefined;
      return { question: one, answer: answer, right: isRight(one, answer) };
    });
    var points = results.filter(function (result) { return result.right; }).length;
    var percent = Math.round((points / asked.length) * 10000) / 100;
    var passed = percent >= runtime.passMark();
    state = { done: true, percent: percent, passed: passed };
    runtime.finish(percent, passed, results);
    runtime.save(state);
    result(percent, passed, points, results);
  }

  function result(percent, passed, points, results) {
    show(
      el("h1", { text: quiz.title, tabindex: "-1", "data-focus": true }),
      el("p", { class: "score " + (passed ? "passed" : "failed"), text: Math.round(percent) + "%" }),
      el("p", { class: "verdict " + (passed ? "passed" : "failed"), text: passed ? words.passed : words.failed }),
      el("p", { text: say(words.points, { n: points, of: results.length }) }),
      el("p", {}, el("button", { text: words.again, onclick: function () { begin(null); } })),
      ...results.map(review)
    );
  }

  function review(result, index) {
    var one = result.question;
    return el("section", { class: "review" },
      el("p", { class: "place" },
        el("span", { class: "mark " + (result.right ? "passed" : "failed"), text: (result.right ? "✓ " : "✗ ") + (result.right ? words.right : words.wrong) }),
        " · " + (index + 1)),
      one.situation ? el("details", {}, el("summary", { text: words.situation }), el("div", { html: one.situation })) : null,
      el("h2", { html: one.stem }),
      el("p", { text: words.yours + " " }, told(one, result.answer)),
      result.right ? null : el("p", { text: words.correct + " " }, told(one, correct(one))),
      one.rationale ? el("div", { class: "rationale", html: one.rationale }) : null);
  }

  function correct(one) {
    if (one.type === "fill") return one.variants[0];
    return one.type === "number" ? String(one.number) : one.right;
  }

  function told(one, answer) {
    if (answer === undefined) return el("span", { text: words.none });
    switch (one.type) {
      case "single":
        return el("span", { html: one.options[answer] });
      case "true-false":
        return el("span", { text: answer ? words.true : words.false });
      case "multiple":
        return el("ul", {}, ...answer.map(function (index) { return el("li", { html: one.options[index] }); }));
      case "ordering":
        return el("ol", {}, ...answer.map(function (index) { return el("li", { html: one.options[index] }); }));
      case "matching":
        return el("ul", {}, ...answer.map(function (right, left) {
          return el("li", {}, el("span", { html: one.lefts[left] }), " → ", right < 0 ? words.none : el("span", { html: one.rights[right] }));
        }));
      default:
        return el("span", { text: answer + (one.unit ? " " + one.unit : "") });
    }
  }

  var saved = runtime.start();
  window.addEventListener("pagehide", function () { runtime.end(Boolean(state && state.done)); });
  welcome(saved && saved.answers && !saved.done ? saved : null);
})();

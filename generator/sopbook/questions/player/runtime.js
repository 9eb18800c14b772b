// The learning management system that launched the quiz, by SCORM 1.2 or SCORM 2004. Without one, nothing is reported.
(function () {
  "use strict";
  var quiz = window.sopbookQuiz;
  var is2004 = quiz.standard === "2004";
  var LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";
  var MOST_SUSPEND = is2004 ? 60000 : 4000;
  var api = find();
  var started = Date.now();
  var open = false;
  var written = 0;

  // SCORM RTE 3.3.6: the API stands in a parent window, or in one of the opener's.
  function find() {
    var name = is2004 ? "API_1484_11" : "API";
    function above(start) {
      for (var window_ = start, steps = 0; window_ && steps < 50; steps += 1) {
        try {
          if (window_[name]) return window_[name];
        } catch (error) {
          return null; // a window of another origin: nothing above it is ours to see
        }
        if (window_.parent === window_) return null;
        window_ = window_.parent;
      }
      return null;
    }
    return above(window) || (window.opener ? above(window.opener) : null);
  }

  function call(name, first, second) {
    var full = is2004 ? name : "LMS" + (name === "Terminate" ? "Finish" : name);
    try {
      if (second !== undefined) return api[full](first, String(second));
      return api[full](first === undefined ? "" : first);
    } catch (error) {
      return "";
    }
  }

  function get(element) {
    return open ? String(call("GetValue", element)) : "";
  }

  function set(element, value) {
    return open && String(call("SetValue", element, value)) === "true";
  }

  function pad(number) {
    return (number < 10 ? "0" : "") + number;
  }

  function sessionTime() {
    var seconds = Math.max(0, Math.round((Date.now() - started) / 1000));
    var hours = Math.floor(seconds / 3600);
    var minutes = Math.floor(seconds / 60) % 60;
    return is2004
      ? "PT" + hours + "H" + minutes + "M" + (seconds % 60) + "S"
      : pad(hours) + ":" + pad(minutes) + ":" + pad(seconds % 60);
  }

  function now() {
    var date = new Date();
    var time = pad(date.getHours()) + ":" + pad(date.getMinutes()) + ":" + pad(date.getSeconds());
    if (!is2004) return time;
    return date.getFullYear() + "-" + pad(date.getMonth() + 1) + "-" + pad(date.getDate()) + "T" + time;
  }

  var TYPES = {
    single: "choice", multiple: "choice", "true-false": "true-false", ordering: "sequencing",
    matching: "matching", fill: "fill-in", number: "numeric",
  };

  // A response as the standard writes it; `answer` as the player keeps it.
  function response(question, answer) {
    var comma = is2004 ? "[,]" : ",";
    var dot = is2004 ? "[.]" : ".";
    if (answer === undefined) return "";
    switch (question.type) {
      case "single":
        return LETTERS[answer];
      case "multiple":
      case "ordering":
        return answer.map(function (index) { return LETTERS[index]; }).join(comma);
      case "true-false":
        return is2004 ? String(answer) : answer ? "t" : "f";
      case "matching":
        return answer.map(function (right, left) {
          return right < 0 ? "" : LETTERS[left] + dot + LETTERS[right];
        }).filter(Boolean).join(comma);
      case "number":
        return String(answer).trim().replace(/,/g, "");
      default:
        return String(answer).slice(0, 250);
    }
  }

  function patterns(question) {
    if (question.type === "fill") {
      return question.variants.map(function (text) { return (is2004 ? "{case_matters=false}" : "") + text.slice(0, 200); });
    }
    if (question.type === "number") {
      var low = question.number - question.tolerance, high = question.number + question.tolerance;
      return [is2004 ? low + "[:]" + high : String(question.number)];
    }
    return [response(question, question.right)];
  }

  function report(question, answer, right) {
    var path = "cmi.interactions." + written + ".";
    var given = response(question, answer);
    if (!set(path + "id", is2004 ? "urn:sopbook:" + question.id : question.id)) return;
    written += 1;
    set(path + "type", TYPES[question.type]);
    set(path + (is2004 ? "timestamp" : "time"), now());
    patterns(question).slice(0, is2004 && question.type !== "fill" ? 1 : 5).forEach(function (pattern, index) {
      set(path + "correct_responses." + index + ".pattern", pattern);
    });
    set(path + "weighting", "1");
    if (given) set(path + (is2004 ? "learner_response" : "student_response"), given);
    set(path + "result", right ? "correct" : is2004 ? "incorrect" : "wrong");
    if (is2004) set(path + "description", question.text.slice(0, 250));
  }

  window.sopbookRuntime = {
    // Begin the session; gives back what an earlier one left (or null).
    start: function () {
      if (!api) return null;
      open = String(call("Initialize")) === "true";
      if (!open) return null;
      var status = get(is2004 ? "cmi.completion_status" : "cmi.core.lesson_status");
      if (!/^(completed|passed|failed|browsed)$/.test(status)) {
        set(is2004 ? "cmi.completion_status" : "cmi.core.lesson_status", "incomplete");
      }
      written = parseInt(get("cmi.interactions._count"), 10) || 0;
      try {
        return JSON.parse(get("cmi.suspend_data")) || null;
      } catch (error) {
        return null;
      }
    },

    // The pass mark in percent: the system's, if it has one of its own.
    passMark: function () {
      var told = get(is2004 ? "cmi.scaled_passing_score" : "cmi.student_data.mastery_score");
      var number = parseFloat(told);
      if (told === "" || isNaN(number)) return quiz.passMark;
      return is2004 ? number * 100 : number;
    },

    save: function (state) {
      var text = JSON.stringify(state);
      if (open && text.length <= MOST_SUSPEND) {
        set("cmi.suspend_data", text);
        call("Commit");
      }
    },

    // The attempt is over: `results` are question, answer and whether it is right.
    finish: function (percent, passed, results) {
      if (!open) return;
      results.forEach(function (result) { report(result.question, result.answer, result.right); });
      if (is2004) {
        set("cmi.score.min", "0");
        set("cmi.score.max", "100");
        set("cmi.score.raw", percent);
        set("cmi.score.scaled", percent / 100);
        set("cmi.success_status", passed ? "passed" : "failed");
        set("cmi.completion_status", "completed");
      } else {
        set("cmi.core.score.min", "0");
        set("cmi.core.score.max", "100");
        set("cmi.core.score.raw", percent);
        set("cmi.core.lesson_status", passed ? "passed" : "failed");
      }
      call("Commit");
    },

    // Called when the window goes; `done` tells whether the attempt is over.
    end: function (done) {
      if (!open) return;
      set(is2004 ? "cmi.session_time" : "cmi.core.session_time", sessionTime());
      set(is2004 ? "cmi.exit" : "cmi.core.exit", done ? (is2004 ? "normal" : "") : "suspend");
      call("Commit");
      call("Terminate");
      open = false;
    },
  };
})();

"use strict";
(function () {
  var places = Array.prototype.slice.call(document.querySelectorAll(".chart"));

  function look(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  function coloured(figure) {
    var ink = look("--ink"), line = look("--line");
    var layout = JSON.parse(JSON.stringify(figure.layout));
    layout.paper_bgcolor = layout.plot_bgcolor = "rgba(0,0,0,0)";
    layout.font = { color: ink, family: "system-ui, sans-serif", size: 13 };
    ["xaxis", "yaxis"].forEach(function (name) {
      if (layout[name]) {
        layout[name].gridcolor = layout[name].linecolor = layout[name].zerolinecolor = line;
      }
    });
    return layout;
  }

  function draw() {
    if (typeof Plotly === "undefined") { return; }
    places.forEach(function (place) {
      var figure = JSON.parse(document.getElementById(place.dataset.figure).textContent);
      Plotly.react(place, figure.data, coloured(figure), { displayModeBar: false, displaylogo: false, responsive: true })
        .then(function () { place.dataset.drawn = "yes"; });
    });
  }

  function again() {
    fetch(location.href, { headers: { "X-Again": "1" }, credentials: "same-origin" })
      .then(function (answer) { return answer.status === 202 ? setTimeout(again, 1000) : location.reload(); })
      .catch(function () { setTimeout(again, 5000); });
  }

  var here = new URL(location.href);
  if (here.searchParams.has("done")) {
    // what an act came to is said once: a page that is loaded again does not say it again
    ["done", "n", "left"].forEach(function (word) { here.searchParams.delete(word); });
    history.replaceState(null, "", here);
  }
  draw();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  addEventListener("beforeprint", draw);
  addEventListener("afterprint", draw);
  if (document.querySelector("[data-counting]")) { setTimeout(again, 700); }
  var unread = document.querySelector("form[data-search-again]");
  if (unread) {
    // what is searched for stays out of addresses, so the form is sent again; not while it is changed
    var asked = unread.elements.q.value;
    setTimeout(function () { if (unread.elements.q.value === asked) { unread.requestSubmit(); } }, 1000);
  }
  Array.prototype.forEach.call(document.querySelectorAll("form[data-at-once]"), function (form) {
    var pointed = false;
    form.addEventListener("pointerdown", function () { pointed = true; });
    form.addEventListener("keydown", function () { pointed = false; });
    // keys step from choice to choice: whoever uses them says when it is the right one
    form.addEventListener("change", function () { if (pointed) { form.requestSubmit(); } });
    // a page that the browser kept shows what it was asked for, not what was chosen when it was left
    addEventListener("pageshow", function () { form.reset(); });
  });
})();

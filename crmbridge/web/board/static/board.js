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

  if (/[?&]done=/.test(location.search)) {
    // what an act came to is said once: a page that is loaded again does not say it again
    history.replaceState(null, "", location.pathname);
  }
  draw();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  addEventListener("beforeprint", draw);
  addEventListener("afterprint", draw);
  if (document.querySelector("[data-counting]")) { setTimeout(again, 700); }
  Array.prototype.forEach.call(document.querySelectorAll("form[data-at-once]"), function (form) {
    form.addEventListener("change", function () { form.requestSubmit(); });
  });
})();

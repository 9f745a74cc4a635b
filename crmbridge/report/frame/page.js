"use strict";
(function () {
  var charts = Array.prototype.slice.call(document.querySelectorAll(".chart"));
  function coloured(figure) {
    var look = getComputedStyle(document.documentElement);
    var ink = look.getPropertyValue("--ink").trim();
    var line = look.getPropertyValue("--line").trim();
    var layout = JSON.parse(JSON.stringify(figure.layout));
    layout.paper_bgcolor = layout.plot_bgcolor = "rgba(0,0,0,0)";
    layout.font = { color: ink };
    ["xaxis", "yaxis"].forEach(function (name) {
      layout[name].gridcolor = layout[name].linecolor = layout[name].zerolinecolor = line;
    });
    return layout;
  }
  function draw() {
    charts.forEach(function (place) {
      var figure = JSON.parse(document.getElementById(place.dataset.figure).textContent);
      Plotly.react(place, figure.data, coloured(figure), { displayModeBar: false, displaylogo: false, responsive: true });
    });
  }
  draw();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  addEventListener("beforeprint", draw);
  addEventListener("afterprint", draw);
})();

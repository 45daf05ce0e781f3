"use strict";
// Turns each pair of pictures into one with a slider. Without this the pictures stand side by side.
document.querySelectorAll(".compare").forEach(function (compare) {
  var shots = compare.querySelectorAll(".pics figure");
  var stage = compare.querySelector(".stage");
  if (!stage || shots.length < 2) { return; }
  var layers = stage.querySelector(".layers");
  var slider = stage.querySelector("input[type=range]");
  var ends = stage.querySelectorAll(".ends > div");
  var over = null;

  function moved() {
    layers.style.setProperty("--cut", slider.value + "%");
    slider.setAttribute("aria-valuetext", slider.value + " % earlier photo");
  }
  function choose(index) {
    if (over) { over.remove(); }
    over = shots[index].querySelector(".shot").cloneNode(true);
    over.classList.add("over");
    layers.insertBefore(over, slider);
    ends[1].replaceChildren.apply(ends[1], shots[index].querySelector("figcaption").cloneNode(true).childNodes);
  }

  layers.insertBefore(shots[0].querySelector(".shot").cloneNode(true), slider);
  ends[0].replaceChildren.apply(ends[0], shots[0].querySelector("figcaption").cloneNode(true).childNodes);
  stage.querySelectorAll("input[type=radio]").forEach(function (radio) {
    radio.addEventListener("change", function () { choose(Number(radio.value)); });
  });
  slider.addEventListener("input", moved);
  choose(1);
  moved();
  stage.hidden = false;
  compare.classList.add("live");
});

// On paper everything is unfolded, on the screen it is afterwards as it was.
var folded = [];
window.addEventListener("beforeprint", function () {
  folded = Array.prototype.slice.call(document.querySelectorAll("details:not([open])"));
  folded.forEach(function (details) { details.open = true; });
});
window.addEventListener("afterprint", function () {
  folded.forEach(function (details) { details.open = false; });
});

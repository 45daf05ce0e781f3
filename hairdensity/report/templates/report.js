"use strict";
// Makes one picture with a slider of any two sessions. Without this, first and last session stand side by side.
document.querySelectorAll(".compare").forEach(function (compare) {
  var shots = Array.prototype.slice.call(compare.querySelectorAll(".strip figure"));
  var stage = compare.querySelector(".stage");
  if (!stage || shots.length < 2) { return; }
  var layers = stage.querySelector(".layers");
  var slider = stage.querySelector("input[type=range]");
  var ends = stage.querySelectorAll(".ends > div");
  var told = stage.querySelector(".told");
  var picks = { before: stage.querySelector("select.before"), after: stage.querySelector("select.after") };
  var shown = { before: null, after: null };
  var map = compare.querySelector(".map");
  var last = shots.length - 1;

  function number(value, digits) {
    var text = Math.abs(value).toFixed(digits);
    return Number(text) === 0 ? text : (value < 0 ? "\u2212" : "") + text;
  }
  function moved() {
    layers.style.setProperty("--cut", slider.value + "%");
    slider.setAttribute("aria-valuetext", slider.value + " % photo before");
  }
  function put(which, index) {
    var copy = shots[index].querySelector(".shot").cloneNode(true);
    copy.classList.toggle("over", which === "after");
    if (shown[which]) { shown[which].replaceWith(copy); } else { layers.insertBefore(copy, slider); }
    shown[which] = copy;
    var caption = shots[index].querySelector("figcaption").cloneNode(true);
    ends[which === "before" ? 0 : 1].replaceChildren.apply(ends[which === "before" ? 0 : 1], caption.childNodes);
  }
  function tell(before, after) {
    if (!("value" in shots[before].dataset && "value" in shots[after].dataset)) { told.hidden = true; return; }
    var data = compare.dataset;
    var change = (Number(shots[after].dataset.value) - Number(shots[before].dataset.value)) * Number(data.factor);
    var digits = Number(data.digits);
    var words = "Change: " + (change > 0 && Number(change.toFixed(digits)) > 0 ? "+" : "") + number(change, digits) + "\u00a0" + data.unit;
    if (before === after) {
      words = "Both are the same session.";
    } else if (data.noise) {
      var noise = Number(data.noise) * Number(data.factor);
      words += Math.abs(change) < noise
        ? ", within noise: less than " + number(noise, digits) + "\u00a0" + data.unit + " cannot be told."
        : ", more than noise (" + number(noise, digits) + "\u00a0" + data.unit + ").";
    } else {
      words += ".";
    }
    told.textContent = words;
  }
  function mark(before, after) {
    shots.forEach(function (shot, index) {
      var tag = shot.querySelector(".tag");
      shot.classList.toggle("is-before", index === before);
      shot.classList.toggle("is-after", index === after);
      tag.textContent = index === before ? "before" : "after";
      tag.hidden = index !== before && index !== after;
      shot.querySelector(".pick").setAttribute("aria-pressed", String(index === after));
    });
  }
  function choose() {
    var before = Number(picks.before.value), after = Number(picks.after.value);
    put("before", before);
    put("after", after);
    mark(before, after);
    tell(before, after);
    if (map) { draw(before, after); }
  }

  // Where it changed, for the two sessions chosen.
  var canvas = null, turn = 0;
  var still = map && {
    label: map.querySelector(".map-label b").textContent,
    gained: map.querySelector(".gained").textContent,
    lost: map.querySelector(".lost").textContent
  };
  function say(words, gained, lost) {
    map.querySelector(".map-label b").textContent = words;
    map.querySelector(".gained").textContent = gained;
    map.querySelector(".lost").textContent = lost;
  }
  function loaded(source) {
    var image = new Image();
    image.src = source;
    return image.decode().then(function () { return image; });
  }
  function pixels(image, width, height) {
    var sheet = document.createElement("canvas");
    sheet.width = width;
    sheet.height = height;
    var pen = sheet.getContext("2d", { willReadFrequently: true });
    pen.imageSmoothingQuality = "high";
    pen.drawImage(image, 0, 0, width, height);
    return pen.getImageData(0, 0, width, height);
  }
  function draw(before, after) {
    var picture = map.querySelector("img");
    var mine = ++turn;
    var sources = [shots[before].dataset.patch, shots[after].dataset.patch, shots[before].querySelector("img").src];
    if ((before === 0 && after === last) || !sources[0] || !sources[1]) {
      picture.hidden = false;
      if (canvas) { canvas.hidden = true; }
      say(still.label, still.gained, still.lost);
      return;
    }
    Promise.all(sources.map(loaded)).then(function (images) {
      if (mine !== turn) { return; }
      var width = images[2].naturalWidth, height = images[2].naturalHeight;
      var from = pixels(images[0], width, height).data, to = pixels(images[1], width, height).data;
      var base = pixels(images[2], width, height);
      var least = Number(compare.dataset.threshold) * 255;
      var count = 0, gained = 0, lost = 0;
      for (var at = 0; at < base.data.length; at += 4) {
        var grey = (0.299 * base.data[at] + 0.587 * base.data[at + 1] + 0.114 * base.data[at + 2]) * 0.55 + 100;
        var colour = [grey, grey, grey];
        if (from[at + 1] >= 128 && to[at + 1] >= 128) {
          var change = to[at] - from[at];
          count += 1;
          if (Math.abs(change) >= least) {
            var strength = Math.min(0.85, 0.45 + 0.2 * (Math.abs(change) / least - 1));
            var tint = change > 0 ? [0, 114, 178] : [213, 94, 0];
            if (change > 0) { gained += 1; } else { lost += 1; }
            colour = tint.map(function (part) { return grey * (1 - strength) + part * strength; });
          }
        } else {
          colour = colour.map(function (part) { return part * 0.25 + 244 * 0.75; });
        }
        base.data[at] = colour[0];
        base.data[at + 1] = colour[1];
        base.data[at + 2] = colour[2];
      }
      if (!canvas) {
        canvas = document.createElement("canvas");
        canvas.setAttribute("role", "img");
        picture.after(canvas);
      }
      canvas.width = width;
      canvas.height = height;
      canvas.getContext("2d", { willReadFrequently: true }).putImageData(base, 0, 0);
      var share = function (part) { return Math.round(100 * part / Math.max(1, count)) + "\u00a0%"; };
      say(shots[before].dataset.day + " to " + shots[after].dataset.day, share(gained), share(lost));
      canvas.setAttribute("aria-label", "Map of the scalp: more hair on " + share(gained) + " of the measured skin, less on " + share(lost) + ".");
      picture.hidden = true;
      canvas.hidden = false;
    });
  }

  shots.forEach(function (shot, index) {
    var pick = document.createElement("button");
    pick.type = "button";
    pick.className = "pick";
    pick.setAttribute("aria-label", "Show " + shot.dataset.day + " as the photo after");
    pick.addEventListener("click", function () { picks.after.value = String(index); choose(); });
    var tag = document.createElement("span");
    tag.className = "tag";
    shot.append(pick, tag);
  });
  picks.before.addEventListener("change", choose);
  picks.after.addEventListener("change", choose);
  slider.addEventListener("input", moved);
  choose();
  moved();
  stage.hidden = false;
  var title = compare.querySelector(".strip-title");
  if (title) { title.hidden = false; }
  compare.classList.add("live");
  compare.classList.toggle("two", shots.length === 2);
});

// An index of very many people is searched by name and by verdict. Without this it is one long table.
document.querySelectorAll(".index").forEach(function (index) {
  var find = index.querySelector(".find");
  var text = find.querySelector(".find-text"), verdict = find.querySelector(".find-verdict");
  var rows = Array.prototype.slice.call(index.querySelectorAll("tbody tr"));
  function sift() {
    var wanted = text.value.trim().toLowerCase();
    var left = rows.filter(function (row) {
      var fits = row.cells[0].textContent.toLowerCase().includes(wanted);
      row.hidden = !(fits && (verdict.value === "" || row.dataset.verdict === verdict.value));
      return !row.hidden;
    });
    find.querySelector(".found").textContent = left.length === rows.length ? "" : left.length + " of " + rows.length + " shown.";
  }
  text.addEventListener("input", sift);
  verdict.addEventListener("change", sift);
  find.hidden = false;
});

// A link to advice opens the guide that it leads into.
document.querySelectorAll("a.how").forEach(function (link) {
  link.addEventListener("click", function () { document.getElementById("how").open = true; });
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

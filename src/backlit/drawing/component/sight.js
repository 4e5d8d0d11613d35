// A browser paints a picture anew at each step. Of a large one only what stands near the window is drawn; a printer has it all.
const LARGE = 4000; // marks
const BAND = 1200; // pixels

// Cuts the picture in level bands: a mark is drawn while one of the bands that it touches is near the window.
function watchSight(view) {
  const svg = view.root.querySelector(".§picture svg"), marks = svg ? [...svg.querySelectorAll(":scope > g > *")] : [];
  if (view.sighted || marks.length < LARGE || !svg.getBoundingClientRect().height) return;
  view.sighted = true;
  view.root.classList.add("§large");
  const whole = svg.getBoundingClientRect(), count = Math.ceil(whole.height / BAND), bands = Array.from({length: count}, () => []);
  const band = (y) => Math.max(0, Math.min(count - 1, Math.floor((y - whole.top) / whole.height * count)));
  for (const mark of marks) {
    const {top, bottom} = mark.getBoundingClientRect();
    for (let at = band(top); at <= band(bottom); at++) bands[at].push(mark);
  }
  const seen = new Map(marks.map((mark) => [mark, 0])); // of how many bands in sight
  const watch = new IntersectionObserver((changes) => {
    for (const {target, isIntersecting} of changes) {
      if (isIntersecting === Boolean(target.near)) continue;
      target.near = isIntersecting;
      for (const mark of bands[target.at]) {
        seen.set(mark, seen.get(mark) + (isIntersecting ? 1 : -1));
        mark.classList.toggle("§afar", !seen.get(mark));
      }
    }
  }, {rootMargin: "100% 0%"});
  for (const mark of marks) mark.classList.add("§afar");
  bands.forEach((_, at) => {
    const guard = Object.assign(element("div", {className: "§band", ariaHidden: "true"}), {at});
    guard.style.cssText = `top:${at / count * 100}%;height:${100 / count}%;width:${whole.width}px`;
    svg.parentNode.append(guard);
    watch.observe(guard);
  });
}

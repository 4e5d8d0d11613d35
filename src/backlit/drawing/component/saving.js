// The picture for others: as SVG or PNG, in light colours, and laid out for paper while it is printed.
const PAPER = {width: 680, height: 940}, PNG_SHARPNESS = 2; // A4 with margins of 15 mm, where 12 pixels are 9 points

function svgFile(view) {
  const copy = view.root.querySelector(".§picture svg").cloneNode(true), css = document.querySelector(".§circuit style").textContent;
  copy.querySelectorAll("style, .§reach, .§inside, .§traveller").forEach((one) => one.remove());
  copy.querySelectorAll("[tabindex]").forEach((one) => ["tabindex", "role", "aria-label"].forEach((name) => one.removeAttribute(name)));
  const {width, height} = copy.viewBox.baseVal, style = document.createElementNS(copy.namespaceURI, "style");
  style.textContent = css.split("@media")[0];
  copy.prepend(style);
  copy.setAttribute("width", width);
  copy.setAttribute("height", height);
  return {text: new XMLSerializer().serializeToString(copy), width, height};
}

function download(blob, name) {
  const address = URL.createObjectURL(blob);
  element("a", {href: address, download: name}).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

async function save(view, kind) {
  const {text, width, height} = svgFile(view), drawn = new Blob([text], {type: "image/svg+xml"});
  if (kind === "svg") { download(drawn, "circuit.svg"); return; }
  const image = new Image(), canvas = element("canvas", {width: width * PNG_SHARPNESS, height: height * PNG_SHARPNESS});
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const context = canvas.getContext("2d");
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  download(await new Promise((made) => canvas.toBlob(made, "image/png")), "circuit.png");
}

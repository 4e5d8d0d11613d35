// About how wide a text is; the component measures it exactly once it is shown.
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}]/u;

const pixelsOf = (text, size) => size * Array.from(text).reduce((sum, char) => sum + (WIDE.test(char) ? 1 : DECLARED.drawn.narrow), 0);

// A text cut to what has room.
function cutText(text) {
  const chars = Array.from(text), most = DECLARED.drawn.longestName;
  return chars.length > most ? `${chars.slice(0, most - 1).join("")}…` : text;
}

// Fields for the inputs of a formula over arrays, beside the formula.
const {side: MOST_SIDE} = DECLARED.limits;

// Fields for these values; one that is being typed in stays as it is. `change` is told of a name and its new value.
function showInputs(place, values, change) {
  const names = Object.keys(values), fields = () => [...place.querySelectorAll("input")];
  if (fields().map((field) => field.name).join() !== names.join()) place.replaceChildren(...names.map((name) => inputField(name, change)));
  for (const field of fields()) {
    const typedNow = numbersTyped(field.value, MOST_SIDE);
    if (JSON.stringify(typedNow) !== JSON.stringify(values[field.name])) field.value = numbersWritten(values[field.name]);
    field.setAttribute("aria-invalid", "false");
  }
}

function inputField(name, change) {
  const field = element("input", {name, type: "text", autocomplete: "off", spellcheck: false});
  field.addEventListener("input", () => {
    const value = numbersTyped(field.value, MOST_SIDE);
    field.setAttribute("aria-invalid", String(value === null));
    change(name, value);
  });
  return element("label", {}, element("span", {}, `${name} =`), field);
}

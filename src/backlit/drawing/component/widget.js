// Whether a notebook's own theme is dark: as JupyterLab, VS Code and marimo say it; empty where the host says nothing.
function hostTheme() {
  for (const one of [document.body, document.documentElement]) {
    const {jpThemeLight, vscodeThemeKind, theme} = one.dataset;
    if (jpThemeLight !== undefined) return jpThemeLight === "false" ? "dark" : "light";
    if (vscodeThemeKind !== undefined) return vscodeThemeKind.endsWith("light") ? "light" : "dark";
    for (const name of ["dark", "light"]) if (theme === name || one.classList.contains(name)) return name;
  }
  return "";
}

// A notebook's cell: the element is filled with the component, which comes alive; it hears keys pressed inside only.
export default {
  render({model, el}) {
    const root = document.createElement("div");
    root.className = "§circuit-view";
    root.innerHTML = model.get("markup");
    el.append(root);
    mount(root, dataOf(root));
    const follow = () => {
      const theme = hostTheme();
      for (const name of ["dark", "light"]) root.classList.toggle(`§${name}`, theme === name);
    };
    const watch = new MutationObserver(follow);
    for (const one of [document.body, document.documentElement]) watch.observe(one, {attributes: true});
    follow();
    return () => watch.disconnect();
  },
};

// A notebook's cell: the element is filled with the component, which comes alive; it hears keys pressed inside only.
export default {
  render({model, el}) {
    const root = document.createElement("div");
    root.className = "§circuit-view";
    root.innerHTML = model.get("markup");
    el.append(root);
    mount(root, dataOf(root));
  },
};

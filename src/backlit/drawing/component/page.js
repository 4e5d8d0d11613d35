// A page of its own: every circuit in it comes alive; keys pressed nowhere in particular are for it, and its address
// says what is shown.
for (const root of document.querySelectorAll(".§circuit-view")) followAddress(root, mount(root, dataOf(root), document));

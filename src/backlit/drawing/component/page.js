// A page of its own: every circuit in it comes alive; keys pressed nowhere in particular are for it.
for (const root of document.querySelectorAll(".§circuit-view")) mount(root, dataOf(root), document);

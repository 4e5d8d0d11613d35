// A network that is kept: as a file, with its rows as a table, or opened in the view of saved models.
import {answeredFile, byId, element, guarded, lang, post} from "/static/common.js";

const RELEASED = 1000; // milliseconds after which a browser has the file

async function save(path) {
  const {blob, name} = await answeredFile(path), address = URL.createObjectURL(blob);
  element("a", {href: address, download: name}).click();
  setTimeout(() => URL.revokeObjectURL(address), RELEASED);
}

// ready() -> the training that is shown, once it is; chosen() -> {row, weight} in hand, where they are.
export function keeping(ready, chosen) {
  const kept = (id, act) => byId(id).addEventListener("click", async () => {
    const session = await ready();
    if (session) await guarded(() => act(`/api/sessions/${session.number}`));
  });
  kept("save-model", (path) => save(`${path}/model`));
  kept("save-rows", (path) => save(`${path}/rows`));
  kept("open-model", async (path) => {
    const named = await post(`${path}/keep`), shown = Object.entries({...named, ...chosen()}).filter(([, value]) => value);
    location.assign(`/model?lang=${lang}#${new URLSearchParams(shown)}`);
  });
}

// A browser lets no page that was opened as a file start a worker, and the search is one. Here a hidden frame runs it.
if (location.protocol === "file:") {
  window.Worker = class extends EventTarget {
    constructor(url) {
      super();
      const script = new URL(url, document.baseURI);
      const frame = document.createElement("iframe");
      frame.hidden = true;
      document.documentElement.append(frame);
      const inside = frame.contentWindow;
      const load = (address) => new Promise((done) => {
        const element = inside.document.createElement("script");
        element.src = new URL(address, script);
        element.onload = done;
        inside.document.documentElement.append(element);
      });
      inside.postMessage = (data) => this.dispatchEvent(new MessageEvent("message", {data}));
      inside.importScripts = async (...addresses) => { for (const address of addresses) await load(address); };
      this.send = (data) => inside.dispatchEvent(new inside.MessageEvent("message", {data}));
      this.loaded = load(script);
    }

    postMessage(data) {
      this.loaded.then(() => this.send(data));
    }

    terminate() {}
  };
}

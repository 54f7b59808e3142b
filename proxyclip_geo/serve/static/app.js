// The page of `proxyclip-geo serve`: plain modules, no build step.
import * as maplibre from "./maplibre/maplibre-gl.mjs";
import { Chips } from "./chips.js";
import { Swipe } from "./swipe.js";
import { Requests, ask, element, hint, report, root, say } from "./requests.js";
import { showAreas, showScores } from "./results.js";

const TILES = `${root}tiles/WebMercatorQuad/{z}/{x}/{y}.png`;
const HELP = {
  scores: "Click the map: how well each word fits there.",
  area: "Click the corners of an area; a double click closes it. Escape removes it.",
  example: "Choose a class, then click places of it. Two or more classes with examples change the map.",
  similar: "Type a word, or click a place: bright places are similar.",
};
const START = "water; forest, trees; grassland; cropland, field; building, roof; road";

class Page {
  constructor(info) {
    this.info = info;
    this.learned = null;
    this.examples = [];
    this.corners = [];
    this.closed = false;
    this.requests = new Requests();
    this.chips = new Chips(element("words"), element("chip"), () => this.changeWords());
    element("title").textContent = info.embeddings.join(", ");
    document.title = `${info.embeddings.join(", ")} – proxyclip-geo`;
    element("notes").textContent = [`Model: ${info.model}.`, ...info.notes].join(" ");
    for (const name of info.vocabularies) element("builtin").add(new Option(name, name));
    this.under = this.makeMap("under", false);
    this.map = this.makeMap("map", true);
    this.swipe = new Swipe(this.map, this.under, element("swipe"), element("bar"));
    this.map.on("load", () => this.start());
    this.map.on("click", (event) => this.click(event));
    this.map.on("dblclick", (event) => this.closeArea(event));
  }

  makeMap(container, top) {
    const [west, south, east, north] = this.info.bounds;
    const sources = { image: this.source(`${root}image/WebMercatorQuad/{z}/{x}/{y}.png`) };
    const map = new maplibre.Map({
      container, style: { version: 8, sources, layers: [{ id: "image", type: "raster", source: "image" }] },
      bounds: [[west, south], [east, north]], fitBoundsOptions: { padding: 20 }, maxZoom: this.info.maxzoom + 3,
      interactive: top, attributionControl: false, renderWorldCopies: false, dragRotate: false, pitchWithRotate: false,
    });
    if (top) {
      map.addControl(new maplibre.NavigationControl({ showCompass: false }), "top-left");
      map.addControl(new maplibre.ScaleControl({ unit: "metric" }));
      map.touchZoomRotate.disableRotation();
      map.getCanvas().setAttribute("aria-label", "Map; arrow keys move it, plus and minus zoom");
    }
    return map;
  }

  source(url) {
    return { type: "raster", tiles: [url], tileSize: 256, bounds: this.info.bounds, maxzoom: this.info.maxzoom };
  }

  start() {
    const saved = new URLSearchParams(location.hash.slice(1));
    this.map.addSource("classes", this.source(this.url(START)));
    this.map.addLayer({ id: "classes", type: "raster", source: "classes",
      paint: { "raster-opacity": 0.6, "raster-fade-duration": 0, "raster-resampling": "nearest" } });
    this.map.addSource("drawn", { type: "geojson", data: this.drawn() });
    this.map.addLayer({ id: "area", type: "fill", source: "drawn", filter: ["==", ["geometry-type"], "Polygon"],
      paint: { "fill-color": "#fff", "fill-opacity": 0.2 } });
    this.map.addLayer({ id: "outline", type: "line", source: "drawn", paint: { "line-color": "#fff", "line-width": 2 } });
    this.map.addLayer({ id: "points", type: "circle", source: "drawn", filter: ["==", ["geometry-type"], "Point"],
      paint: { "circle-radius": 6, "circle-color": ["get", "color"], "circle-stroke-color": "#fff", "circle-stroke-width": 2 } });
    this.bind();
    this.chips.read(saved.get("classes") ?? START, saved.get("colors") ?? "");
    this.chooseTool();
    document.body.dataset.ready = "true";
  }

  bind() {
    element("add").addEventListener("click", () => this.chips.add());
    element("builtin").addEventListener("change", (event) => this.chooseVocabulary(event.target.value));
    element("threshold").addEventListener("input", () => { this.showSliders(); this.changeWords(); });
    element("opacity").addEventListener("input", () => this.showSliders());
    element("compare").addEventListener("change", (event) => this.swipe.show(event.target.checked));
    for (const radio of document.querySelectorAll("[name=tool]")) radio.addEventListener("change", () => this.chooseTool());
    element("forget").addEventListener("click", () => this.forget());
    element("similar-word").addEventListener("change", (event) => this.showSimilar({ word: event.target.value }));
    element("similar-clear").addEventListener("click", () => this.showSimilar(null));
    element("here").addEventListener("click", () => this.click({ lngLat: this.map.getCenter() }));
    element("view-area").addEventListener("click", () => this.useView());
    for (const button of document.querySelectorAll(".download")) {
      button.addEventListener("click", () => this.download(button));
    }
    element("fold").addEventListener("click", () => this.fold());
    addEventListener("keydown", (event) => { if (event.key === "Escape") this.clearArea(); });
    this.showSliders();
  }

  get tool() { return document.querySelector("[name=tool]:checked").value; }

  // The parameters of requests for the words on the page.
  query() {
    const threshold = Number(element("threshold").value);
    const query = this.learned ? { learned: this.learned } : { classes: this.chips.text };
    if (this.chips.colors) query.colors = this.chips.colors;
    if (threshold) query.threshold = threshold;
    return query;
  }

  url(classes) {
    const query = classes === undefined ? this.query() : { classes };
    return `${TILES}?${new URLSearchParams(query)}`;
  }

  changeWords() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.applyWords(), 150);
  }

  async applyWords() {
    const text = this.chips.text;
    if (text !== this.lastText) {
      this.lastText = text;
      this.learned = null;
      this.requests.cancel("learn");
      if (this.examples.length) this.learn();
    }
    if (!text) { this.requests.cancel("words"); say("Give at least one class."); return; }
    await this.requests.latest("words", async (signal) => {
      const legend = await (await ask(`legend.json?${new URLSearchParams(this.query())}`, undefined, signal)).json();
      say(legend.far.length ? `The model does not know: ${legend.far.map((far) => far.word).join(", ")}.` : "");
      this.chips.describe(legend);
      this.show(legend);
    });
  }

  show(legend) {
    this.classes = legend.classes;
    const url = this.url();
    this.map.getSource("classes").setTiles([url]);
    element("xyz").textContent = url;
    element("wmts").textContent = `${root}WMTSCapabilities.xml?${new URLSearchParams(this.query())}`;
    const select = element("example-class");
    const chosen = select.value;
    select.replaceChildren(...legend.classes.map((item) => new Option(item.name, item.name, false, item.name === chosen)));
    history.replaceState(null, "", `#${new URLSearchParams({ classes: this.chips.text, colors: this.chips.colors })}`);
    this.redraw();
    document.body.dataset.url = url;
  }

  async chooseVocabulary(name) {
    if (!name) return;
    await this.requests.latest("vocabulary", async (signal) => {
      const legend = await (await ask(`legend.json?${new URLSearchParams({ vocabulary: name })}`, undefined, signal)).json();
      this.chips.fill(legend.classes);
    });
  }

  showSliders() {
    for (const id of ["threshold", "opacity"]) {
      const value = `${Math.round(100 * element(id).value)} %`;
      document.querySelector(`output[for=${id}]`).textContent = value;
      element(id).setAttribute("aria-valuetext", value);
    }
    this.map.setPaintProperty("classes", "raster-opacity", Number(element("opacity").value));
  }

  chooseTool() {
    const tool = this.tool;
    element("tool-help").textContent = HELP[tool];
    element("example-tool").hidden = tool !== "example";
    element("similar-tool").hidden = tool !== "similar";
    element("here").textContent = { area: "Corner at map centre", example: "Example at map centre" }[tool] ?? "Use map centre";
    this.map.doubleClickZoom[tool === "area" ? "disable" : "enable"]();
    this.map.getCanvas().style.cursor = "crosshair";
  }

  click(event) {
    const { lng: lon, lat } = event.lngLat;
    const tools = {
      scores: () => this.showPoint(lon, lat),
      area: () => this.addCorner(lon, lat),
      example: () => this.addExample(lon, lat),
      similar: () => this.showSimilar({ lon, lat }),
    };
    return tools[this.tool]();
  }

  showPoint(lon, lat) {
    return this.requests.latest("result", async (signal) => {
      const query = new URLSearchParams({ ...this.query(), lon, lat });
      showScores(element("result"), await (await ask(`scores?${query}`, undefined, signal)).json());
    });
  }

  addCorner(lon, lat) {
    if (this.closed) this.clearArea();
    const last = this.corners.at(-1);
    if (!last || last[0] !== lon || last[1] !== lat) this.corners.push([lon, lat]);
    this.redraw();
    hint(this.corners.length < 3 ? "" : "Double-click, or press Enter on the map, to close the area");
    this.map.getCanvas().onkeydown = (event) => { if (event.key === "Enter") this.finishArea(); };
  }

  closeArea(event) {
    if (this.tool !== "area") return;
    event.preventDefault();
    this.finishArea();
  }

  finishArea() {
    if (this.corners.length < 3) return;
    this.closed = true;
    hint("");
    this.redraw();
    this.measure();
  }

  useView() {
    this.corners = this.viewRing();
    this.closed = true;
    this.redraw();
    this.measure();
  }

  viewRing() {
    const view = this.map.getBounds();
    const [west, south, east, north] = this.info.bounds;
    const w = Math.max(west, view.getWest()), e = Math.min(east, view.getEast());
    const s = Math.max(south, view.getSouth()), n = Math.min(north, view.getNorth());
    return [[w, s], [e, s], [e, n], [w, n]];
  }

  measure() {
    return this.requests.latest("result", async (signal) => {
      showAreas(element("result"), await (await ask("areas", { ...this.query(), polygon: this.corners }, signal)).json());
    }, "Measuring …");
  }

  clearArea() {
    this.corners = [];
    this.closed = false;
    hint("");
    this.redraw();
  }

  addExample(lon, lat) {
    this.examples.push({ lon, lat, name: element("example-class").value });
    this.redraw();
    return this.learn();
  }

  learn() {
    const known = new Set(this.chips.names);
    this.examples = this.examples.filter((item) => known.has(item.name));
    if (!this.examples.length) return undefined;
    return this.requests.latest("learn", async (signal) => {
      const query = { classes: this.chips.text, points: this.examples };
      this.learned = (await (await ask("examples", query, signal)).json()).learned;
      await this.applyWords();
    }, "Learning …");
  }

  forget() {
    this.requests.cancel("learn");
    this.examples = [];
    this.learned = null;
    this.redraw();
    this.applyWords();
  }

  showSimilar(query) {
    if (this.map.getLayer("similar")) { this.map.removeLayer("similar"); this.map.removeSource("similar"); }
    if (!query || query.word === "") { element("similar-word").value = ""; return; }
    const url = `${root}similar/WebMercatorQuad/{z}/{x}/{y}.png?${new URLSearchParams(query)}`;
    this.map.addSource("similar", this.source(url));
    this.map.addLayer({ id: "similar", type: "raster", source: "similar", paint: { "raster-fade-duration": 0 } }, "area");
  }

  async download(button) {
    const polygon = this.closed ? this.corners : this.viewRing();
    button.disabled = true;
    hint("Preparing the file …");
    await report(async () => {
      const answer = await ask("export", { ...this.query(), polygon, format: button.dataset.format });
      const name = /filename="([^"]+)"/.exec(answer.headers.get("content-disposition") ?? "")?.[1] ?? "map";
      const link = Object.assign(document.createElement("a"), {
        href: URL.createObjectURL(await answer.blob()), download: name,
      });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    });
    button.disabled = false;
    hint("");
  }

  drawn() {
    const features = this.examples.map(({ lon, lat, name }) => ({
      type: "Feature", geometry: { type: "Point", coordinates: [lon, lat] },
      properties: { color: this.classes?.find((item) => item.name === name)?.color ?? "#888888" },
    }));
    if (this.corners.length) {
      const ring = [...this.corners, this.corners[0]];
      const geometry = this.closed ? { type: "Polygon", coordinates: [ring] } :
        { type: "LineString", coordinates: this.corners.length > 1 ? this.corners : ring };
      features.push({ type: "Feature", geometry, properties: {} });
      if (!this.closed) {
        features.push({ type: "Feature", geometry: { type: "Point", coordinates: this.corners.at(-1) }, properties: { color: "#ffffff" } });
      }
    }
    return { type: "FeatureCollection", features };
  }

  redraw() { this.map.getSource("drawn")?.setData(this.drawn()); }

  fold() {
    const open = element("content").toggleAttribute("hidden");
    element("fold").setAttribute("aria-expanded", String(!open));
    element("fold").textContent = open ? "Show panel" : "Hide panel";
    this.map.resize();
    this.under.resize();
  }
}

const answer = await report(() => ask("info.json"));
if (answer) globalThis.page = new Page(await answer.json());

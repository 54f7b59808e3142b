// Show the classes on the left of a bar, and the image alone on its right.

export class Swipe {
  constructor(map, under, slider, bar) {
    Object.assign(this, { map, under, slider, bar });
    map.on("move", () => under.jumpTo({ center: map.getCenter(), zoom: map.getZoom() }));
    slider.addEventListener("input", () => this.apply());
  }

  show(on) {
    this.slider.hidden = this.bar.hidden = !on;
    if (on) this.slider.value = 50;
    this.apply();
    if (on) this.slider.focus();
  }

  apply() {
    const share = Number(this.slider.value);
    const clip = this.slider.hidden ? "" : `inset(0 ${100 - share}% 0 0)`;
    this.map.getCanvas().style.clipPath = clip;
    this.bar.style.left = `${share}%`;
    this.slider.setAttribute("aria-valuetext", `${share} % classes`);
  }
}

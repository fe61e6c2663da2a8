// In a narrow window a live figure is as high as its page says, so that it is not scrolled by itself.
// It only grows, for a height that changed with each step would move the text below.
addEventListener("message", ({ source, data }) => {
  const { width, height } = data ?? {};
  const frame = [...document.querySelectorAll("figure.live iframe")].find((one) => one.contentWindow === source);
  if (!frame || !Number.isFinite(width) || !Number.isFinite(height)) return;
  const place = frame.parentElement;
  if (place.clientWidth > 1002) return; // its panels stand beside the picture
  const before = place.dataset.width === String(width) ? parseFloat(place.style.getPropertyValue("--narrow")) : 0;
  place.dataset.width = width;
  place.style.setProperty("--narrow", `${Math.min(Math.max(before, height + 2), 4000)}px`);
});

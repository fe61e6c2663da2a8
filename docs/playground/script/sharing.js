// A program in the address of the page, behind the #: `start=` a starting point, or `code=` a text.

export const MOST = 100_000; // characters of a program that is shared

const through = (bytes, stream) => new Blob([bytes]).stream().pipeThrough(stream);

// The text, deflated, in the letters that an address may have.
export async function packed(text) {
  const stream = through(new TextEncoder().encode(text), new CompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const letters = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  return letters.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

// The text again; an error where these letters are none, or unfold to too much.
export async function unpacked(letters) {
  const plain = atob(letters.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
  const reader = through(bytes, new DecompressionStream("deflate-raw"))
    .pipeThrough(new TextDecoderStream("utf-8", { fatal: true }))
    .getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text;
    text += value;
    if (text.length > MOST) throw new RangeError(`more than ${MOST} characters`);
  }
}

// What the address asks for.
export function asked() {
  const given = new URLSearchParams(location.hash.slice(1));
  return { start: given.get("start"), code: given.get("code") };
}

// The address of this page with this program.
export async function addressOf(text) {
  const [page] = location.href.split("#");
  return `${page}#code=${await packed(text)}`;
}

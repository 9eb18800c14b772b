// Just enough of the zip format to change one file of an archive in the browser.

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const DEFLATED = 8;

/** The archive (an ArrayBuffer) with the text of the entry `name` replaced by `change(text)`, as bytes. */
export async function replaceEntry(archive, name, change) {
  const entries = read(archive);
  const index = entries.findIndex((entry) => entry.name === name);
  if (index < 0) throw new Error(name);
  const old = entries[index];
  const raw = old.method === DEFLATED ? await through(old.data, new DecompressionStream("deflate-raw")) : old.data;
  const changed = new TextEncoder().encode(change(new TextDecoder().decode(raw)));
  const data = await through(changed, new CompressionStream("deflate-raw"));
  entries[index] = { ...old, method: DEFLATED, crc: crc32(changed), size: changed.length, data };
  return write(entries);
}

async function through(bytes, transform) {
  const stream = new Blob([bytes]).stream().pipeThrough(transform);
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function read(archive) {
  const view = new DataView(archive);
  let end = view.byteLength - 22;
  while (end >= 0 && view.getUint32(end, true) !== END) end -= 1;
  if (end < 0) throw new Error("zip");
  const entries = [];
  let place = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0; left -= 1) {
    if (view.getUint32(place, true) !== ENTRY) throw new Error("zip");
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) => view.getUint16(place + offset, true));
    const packed = view.getUint32(place + 20, true);
    const local = view.getUint32(place + 42, true);
    const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    entries.push({
      name: new TextDecoder().decode(new Uint8Array(archive, place + 46, nameLength)),
      method: view.getUint16(place + 10, true),
      crc: view.getUint32(place + 16, true),
      size: view.getUint32(place + 24, true),
      data: new Uint8Array(archive, start, packed),
    });
    place += 46 + nameLength + extraLength + commentLength;
  }
  return entries;
}

function write(entries) {
  const pieces = [];
  const directory = [];
  let offset = 0;
  for (const { name, method, crc, size, data } of entries) {
    const title = new TextEncoder().encode(name);
    const common = new DataView(new ArrayBuffer(26));
    // Version 2.0, names in UTF-8, and the first day that the format knows (1 January 1980).
    [[0, 20], [2, 0x0800], [4, method], [8, 0x0021], [22, title.length]].forEach(([at, value]) => common.setUint16(at, value, true));
    [[10, crc], [14, data.length], [18, size]].forEach(([at, value]) => common.setUint32(at, value, true));
    const head = new Uint8Array(common.buffer);
    pieces.push(number32(LOCAL), head, title, data);
    directory.push(number32(ENTRY), new Uint8Array([20, 0]), head, new Uint8Array(10), number32(offset), title);
    offset += 4 + head.length + title.length + data.length;
  }
  const length = directory.reduce((sum, piece) => sum + piece.length, 0);
  const end = new DataView(new ArrayBuffer(22));
  end.setUint32(0, END, true);
  [8, 10].forEach((at) => end.setUint16(at, entries.length, true));
  [[12, length], [16, offset]].forEach(([at, value]) => end.setUint32(at, value, true));
  return joined([...pieces, ...directory, new Uint8Array(end.buffer)]);
}

function number32(value) {
  return new Uint8Array([value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24]);
}

function joined(pieces) {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let place = 0;
  for (const piece of pieces) {
    whole.set(piece, place);
    place += piece.length;
  }
  return whole;
}

let table = null;

/** The checksum of zip archives (CRC-32, reflected polynomial 0xEDB88320). */
export function crc32(bytes) {
  table ??= Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    return value;
  });
  let crc = 0xffffffff;
  for (const byte of bytes) crc = table[(crc ^ byte) & 255] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

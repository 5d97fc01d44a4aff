// Keccak-256 and secp256k1, as small as they get: for the sandbox's test key, which everybody knows. It is slow, and it
// leaks its key to whoever can measure time. Nothing else may ever use it.

const WORD = (1n << 64n) - 1n;
const rotate = (word, by) => ((word << by) | (word >> (64n - by))) & WORD;

/** Keccak-f[1600] (FIPS 202, 3.2): the constants are computed, not listed. */
function permute(s) {
  let lfsr = 1;
  for (let round = 0; round < 24; round++) {
    const c = [0, 1, 2, 3, 4].map((x) => s[x] ^ s[x + 5] ^ s[x + 10] ^ s[x + 15] ^ s[x + 20]);
    for (let i = 0; i < 25; i++) s[i] ^= c[(i + 4) % 5] ^ rotate(c[(i + 1) % 5], 1n);
    let [x, y, moved] = [1, 0, s[1]];
    for (let t = 0; t < 24; t++) {
      [x, y] = [y, (2 * x + 3 * y) % 5];
      const turned = rotate(moved, BigInt((((t + 1) * (t + 2)) / 2) % 64));
      moved = s[x + 5 * y];
      s[x + 5 * y] = turned;
    }
    for (let row = 0; row < 25; row += 5) {
      const r = s.slice(row, row + 5);
      for (let i = 0; i < 5; i++) s[row + i] = r[i] ^ (~r[(i + 1) % 5] & WORD & r[(i + 2) % 5]);
    }
    for (let j = 0; j < 7; j++) {
      if (lfsr & 1) s[0] ^= 1n << BigInt((1 << j) - 1);
      lfsr = lfsr & 0x80 ? ((lfsr << 1) ^ 0x171) & 0xff : lfsr << 1;
    }
  }
}

/** Of hexadecimal digits, in hexadecimal digits. */
function keccak(hex) {
  const rate = 136;
  const length = hex.length / 2;
  const block = new Uint8Array((Math.floor(length / rate) + 1) * rate);
  for (let i = 0; i < length; i++) block[i] = parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  block[length] ^= 0x01;
  block[block.length - 1] ^= 0x80;
  const s = new Array(25).fill(0n);
  const view = new DataView(block.buffer);
  for (let at = 0; at < block.length; at += rate) {
    for (let i = 0; i < rate / 8; i++) s[i] ^= view.getBigUint64(at + 8 * i, true);
    permute(s);
  }
  const out = new DataView(new ArrayBuffer(32));
  for (let i = 0; i < 4; i++) out.setBigUint64(8 * i, s[i], true);
  return [0, 8, 16, 24].map((at) => word(out.getBigUint64(at)).slice(48)).join("");
}

/** 32 bytes of a number, in hexadecimal digits. */
const word = (number) => BigInt(number).toString(16).padStart(64, "0");

// SEC 2, 2.4.1.
const P = 2n ** 256n - 2n ** 32n - 977n;
const N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const G = [
  0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798n,
  0x483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8n,
];
const mod = (a, m) => ((a % m) + m) % m;

/** The inverse, by Euclid. */
function inverse(a, m) {
  let [r, next, t, following] = [m, mod(a, m), 0n, 1n];
  while (next !== 0n) {
    const q = r / next;
    [r, next] = [next, r - q * next];
    [t, following] = [following, t - q * following];
  }
  return mod(t, m);
}

/** The sum of two points; `null` is the point at infinity. */
function plus(a, b) {
  if (!a || !b) return a ?? b;
  if (a[0] === b[0] && a[1] !== b[1]) return null;
  const slope = a[0] === b[0] ? 3n * a[0] * a[0] * inverse(2n * a[1], P) : (b[1] - a[1]) * inverse(b[0] - a[0], P);
  const x = mod(slope * slope - a[0] - b[0], P);
  return [x, mod(slope * (a[0] - x) - a[1], P)];
}

function times(k, point) {
  let sum = null;
  for (; k > 0n; k >>= 1n, point = plus(point, point)) if (k & 1n) sum = plus(sum, point);
  return sum;
}

/** r, s and v of an ECDSA signature with a random k, s in the lower half. */
function ecdsa(key, digest) {
  for (;;) {
    const k = mod(BigInt("0x" + random(48)), N);
    const [x, y] = times(k, G) ?? [0n, 0n];
    const r = mod(x, N);
    const s = mod(inverse(k, N) * (BigInt("0x" + digest) + r * key), N);
    // x at or above N would need another v; both have a chance of 2^-128.
    if (r === 0n || s === 0n || x >= N) continue;
    const high = s > N / 2n;
    const odd = (y & 1n) === 1n;
    return word(r) + word(high ? N - s : s) + (odd !== high ? "1c" : "1b");
  }
}

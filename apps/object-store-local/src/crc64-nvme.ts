/** The NVMe polynomial, bit-reversed, in two halves. Source: NVM Command Set Specification 1.0d, section 5.2.1.3.4. */
const POLYNOMIAL_HIGH = 0x9a6c9329;
const POLYNOMIAL_LOW = 0xac4bc9b5;

/** A 64-bit remainder as two unsigned halves: arithmetic on bigint is about fifty times slower. */
export interface Crc64 {
  readonly high: number;
  readonly low: number;
}

/** The remainder of no bytes. */
export const EMPTY_CRC64: Crc64 = { high: 0, low: 0 };

const HIGH = new Uint32Array(256);
const LOW = new Uint32Array(256);
for (let byte = 0; byte < 256; byte += 1) {
  let high = 0;
  let low = byte;
  for (let bit = 0; bit < 8; bit += 1) {
    const carry = low & 1;
    low = (low >>> 1) | (high << 31);
    high >>>= 1;
    if (carry) {
      high ^= POLYNOMIAL_HIGH;
      low ^= POLYNOMIAL_LOW;
    }
  }
  HIGH[byte] = high;
  LOW[byte] = low;
}

/** Continues a CRC-64/NVME over `bytes` from `previous`. */
export function crc64Nvme(bytes: Uint8Array, previous: Crc64 = EMPTY_CRC64): Crc64 {
  let high = ~previous.high;
  let low = ~previous.low;
  for (const byte of bytes) {
    const index = (low ^ byte) & 0xff;
    low = ((low >>> 8) | (high << 24)) ^ (LOW[index] ?? 0);
    high = (high >>> 8) ^ (HIGH[index] ?? 0);
  }
  return { high: ~high >>> 0, low: ~low >>> 0 };
}

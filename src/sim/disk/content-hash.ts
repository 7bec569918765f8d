/**
 * Checksums for the digest: FNV-1a over the units of a text, and over the little-endian 32-bit words of an array, which
 * costs a quarter of going byte by byte. They tell histories apart and defend nothing.
 */
export function hashText(text: string): number {
  let hash = FNV_OFFSET;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), FNV_PRIME);
  return hash;
}

/** Murmur's rotation stands between the words, or high bits of a word would never reach low bits of the hash. */
export function hashContents(bytes: Uint8Array): number {
  let hash = FNV_OFFSET ^ bytes.length;
  const wordsEnd = bytes.length - (bytes.length % 4);
  for (let i = 0; i < wordsEnd; i += 4) {
    const word = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    hash = Math.imul(hash ^ word, FNV_PRIME);
    hash = (hash << 15) | (hash >>> 17);
  }
  for (let i = wordsEnd; i < bytes.length; i++) hash = Math.imul(hash ^ bytes[i]!, FNV_PRIME);
  return hash | 0;
}

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

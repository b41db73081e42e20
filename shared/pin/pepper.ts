/**
 * The pepper as a port: a MAC under a key that never leaves its vault. Six digits are soon tried through, so a copy of
 * the table must not be enough to try them: every try needs the key too.
 */
export type Pepper = {
  /** The key that new PINs are kept under. */
  readonly keyId: string;
  /**
   * HMAC-SHA-256, 32 bytes.
   * @param keyId the key a PIN was kept under, which may be an earlier one
   * @throws Error when the vault does not answer or refuses.
   */
  readonly mac: (message: Uint8Array, keyId: string) => Promise<Uint8Array>;
};

/**
 * Slow hashes at once: Node makes them on threads of its own, and when one of those ends no seed decides. To be imported
 * before anything that imports `pbkdf2`.
 */
import crypto, { type BinaryLike, pbkdf2Sync } from "node:crypto";
import { syncBuiltinESMExports } from "node:module";

type Callback = (error: Error | null, key: Buffer) => void;

Object.assign(crypto, {
  pbkdf2(
    password: BinaryLike,
    salt: BinaryLike,
    iterations: number,
    length: number,
    digest: string,
    callback: Callback,
  ): void {
    const key = pbkdf2Sync(password, salt, iterations, length, digest);
    queueMicrotask(() => callback(null, key));
  },
});
syncBuiltinESMExports();

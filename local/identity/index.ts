/** The local identity stand-in, as the rest of the local cloud and the tests use it. */

export { generateSigningKeys, type SigningKey, type SigningKeys } from "./keys.ts";
export { defaultNetworks, facebook, google, type Network } from "./networks.ts";
export { defaultPersonas, type Persona } from "./personas.ts";
export { createPool, type ListeningPool, type Pool } from "./pool.ts";
export type { PoolClient, PoolNotice, PoolOptions } from "./pool-options.ts";
export {
  type PersonaChoice,
  type PoolSignInOptions,
  type SignedIn,
  SignInError,
  type SignInOptions,
  signIn,
  signInAtPool,
} from "./sign-in.ts";
export { openSqliteIdentityStore, type SqliteIdentityStore } from "./sqlite-store.ts";
export {
  createMemoryIdentityStore,
  type IdentityStore,
  type StoredRecord,
  type StoredValue,
} from "./store.ts";

/** What the parts of the simulated Alipay share. */
import type { Kit } from "../kit/protocol.ts";
import type { AlipayState } from "./state.ts";

export type World = {
  readonly kit: Kit<AlipayState>;
  readonly appId: string;
  readonly sellerId: string;
  /** The application's gateway, set in Alipay's console: where messages about transfers go. */
  readonly callbackUrl: string;
  /** Transfers need it. */
  readonly certificateMode: boolean;
  /** The certificate that answers are signed with and those that issued it, PEM; empty in plain key mode. */
  readonly chain: string;
};

/** Alipay's numbers begin with the day. */
export const numberAt = ({ kit }: World, length: number): string => {
  const day = new Date(kit.now() + 8 * 3_600_000).toISOString().slice(0, 10).replaceAll("-", "");
  return `${day}${kit.ids.digits(length - day.length)}`;
};

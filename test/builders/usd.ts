/** US dollars for tests, without the weight of a whole world. */
import { type Money, money } from "../../shared/money/money.ts";

/** @param value cents */
export const usd = (value: number): Money => money(value, "USD");

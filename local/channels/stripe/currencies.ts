/**
 * Currencies, as the simulator's own table: smallest charge, digits and how amounts are shown.
 * @see https://docs.stripe.com/currencies
 */
import { invalidParam } from "./errors.ts";

interface Currency {
  /** Decimals on Stripe's wire. */
  readonly digits: 0 | 2 | 3;
  /** Smallest charge in wire units. */
  readonly minimum: number;
  /** Wire amounts must be a multiple of this. */
  readonly multiple: number;
}

const MAX_AMOUNT = 99_999_999;

function entries(digits: Currency["digits"], multiple: number, table: Record<string, number>) {
  return Object.entries(table).map(([code, minimum]): [string, Currency] => [
    code,
    { digits, minimum, multiple },
  ]);
}

const currencies: ReadonlyMap<string, Currency> = new Map([
  ...entries(2, 1, {
    ...{ aed: 200, ars: 50, aud: 50, brl: 50, cad: 50, chf: 50, clf: 50, cny: 400, cop: 2000_00, czk: 15_00 },
    ...{
      dkk: 250,
      egp: 25_00,
      eur: 50,
      gbp: 30,
      hkd: 400,
      huf: 175_00,
      idr: 8000_00,
      ils: 200,
      inr: 50,
      kes: 70_00,
    },
    ...{
      mxn: 10_00,
      myr: 200,
      ngn: 800_00,
      nok: 300,
      nzd: 50,
      pen: 200,
      php: 30_00,
      pln: 200,
      ron: 200,
      sar: 200,
    },
    ...{ sek: 300, sgd: 50, thb: 10_00, try: 20_00, twd: 20_00, uah: 20_00, usd: 50, zar: 10_00 },
  }),
  ...entries(0, 1, {
    bif: 1500,
    clp: 500,
    djf: 90,
    gnf: 4500,
    jpy: 50,
    kmf: 250,
    krw: 700,
    mga: 2300,
    pyg: 4000,
  }),
  ...entries(0, 1, { rwf: 700, vnd: 13000, vuv: 60, xaf: 300, xof: 300, xpf: 60 }),
  ...entries(3, 10, { bhd: 200, jod: 360, kwd: 160, omr: 200, tnd: 1600 }),
  // No subunit in use, yet written with two decimals.
  ...entries(2, 100, { isk: 70_00, ugx: 1900_00 }),
]);

function currencyOf(code: string): Currency {
  const currency = currencies.get(code);
  if (!currency) {
    const known = [...currencies.keys()].join(", ");
    throw invalidParam("currency", `Invalid currency: ${code}. Supported are: ${known}`, "invalid_currency");
  }
  return currency;
}

/** An amount for a person, such as `12.30 USD`. */
export function showAmount(amount: number, code: string): string {
  const { digits } = currencyOf(code);
  const text = String(amount).padStart(digits + 1, "0");
  const whole = digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
  return `${whole} ${code.toUpperCase()}`;
}

/** Refuses an unknown currency, and an amount that cannot be charged in it. */
export function checkCharge(amount: number, code: string): void {
  const { minimum, multiple } = currencyOf(code);
  if (amount < 1) throw invalidParam("amount", "The amount must be at least 1.", "parameter_invalid_integer");
  if (amount < minimum)
    throw invalidParam("amount", `Amount must be at least ${showAmount(minimum, code)}`, "amount_too_small");
  if (amount > MAX_AMOUNT)
    throw invalidParam(
      "amount",
      `Amount must be no more than ${showAmount(MAX_AMOUNT, code)}`,
      "amount_too_large",
    );
  if (amount % multiple !== 0)
    throw invalidParam("amount", `Amounts in ${code.toUpperCase()} must be a multiple of ${multiple}.`);
}
